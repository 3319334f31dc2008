#pragma once

#include "orchestrator/plan/plan.h"

namespace mxodus {

/// A small plan with one step of each look, for tests of its file and of its rendering.
inline Plan sample_plan() {
  Plan plan;
  plan.mxodus_version = "0.1.0";
  plan.playbook_file = "move.yaml";
  plan.playbook_text = "mxodus: 1\nname: move\n";
  plan.name = "move-acme";
  plan.inputs = {{"domain", "acme.test"},
                 {"outage_began", Time{std::chrono::milliseconds(1'715'403'600'000)}}};
  plan.lineage = "5f1c";
  plan.serial = 2;
  plan.made_at = Time{std::chrono::milliseconds(1'715'533'200'000)};
  plan.hosts["new"] = {{"new", "SHA256:abc", "198.51.100.20 port 2222"}, "", false};
  plan.hosts["old"] = {{"old", "", ""}, "connection timed out", true};

  PlannedItem snapshot;
  snapshot.id = {"backup", ""};
  snapshot.uses = "restic.snapshots";
  snapshot.host = "new";
  snapshot.stage = "Decide";
  snapshot.sureness = Sureness::probed;
  snapshot.found = Finding{Verdict::ok,
                           "snapshot 9644354b of 2024-05-11T00:00:05Z, 5h07m before the outage",
                           {{"id", "9644354b"}},
                           {}};

  PlannedItem port25;
  port25.id = {"port25_out", ""};
  port25.uses = "net.reach";
  port25.stage = "Decide";
  port25.sureness = Sureness::probed;
  port25.found = Finding{Verdict::fail, "port 25 is filtered", {}, {}};
  port25.step.would_fail =
      "port 25 out of new is filtered to 3 of 3 mail exchangers over IPv4: mail will queue here; ask the "
      "provider to open it "
      "before the move";

  PlannedItem loss;
  loss.id = {"loss_window", ""};
  loss.uses = "approve";
  loss.stage = "Decide";
  loss.action = PlannedAction::ask;
  loss.question = Question{GateKind::approve, "Mail of 5h07m exists only on old. Go on?"};

  PlannedItem switch_a;
  switch_a.id = {"switch_a", ""};
  switch_a.uses = "dns.records";
  switch_a.stage = "Move";
  switch_a.effect = Effect::change;
  switch_a.action = PlannedAction::change;
  switch_a.sureness = Sureness::probed;
  switch_a.point_of_no_return = true;
  switch_a.step.action = PlanAction::change;
  switch_a.step.summary = "1 RRset of acme.test";
  switch_a.step.changes = {{"mail.acme.test. A", "60 198.51.100.10", "60 198.51.100.20"}};
  switch_a.step.warnings = {"resolvers hold the old address until 17:01"};

  PlannedItem owners;
  owners.id = {"owners", ""};
  owners.uses = "files.ownership";
  owners.host = "new";
  owners.stage = "Move";
  owners.effect = Effect::change;
  owners.action = PlannedAction::deferred;
  owners.sureness = Sureness::not_yet_known;
  owners.waits_for = "restore";

  plan.lint = {{ErrorKind::invalid,
                "lint.not-frozen",
                "step compare compares stores that may still change",
                {},
                Position{"move.yaml", 31, 3},
                "stop it first"}};
  plan.items = {snapshot, port25, loss, switch_a, owners};
  return plan;
}

}  // namespace mxodus
