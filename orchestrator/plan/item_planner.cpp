#include "orchestrator/plan/item_planner.h"

#include "orchestrator/core/advice.h"
#include "orchestrator/jobs/doctor.h"
#include "orchestrator/plan/fingerprint.h"
#include "orchestrator/plan/param_text.h"

namespace mxodus {
namespace {

PlannedItem blank(const ItemRequest& request) {
  const StepDeclaration& type = request.type->declaration();
  PlannedItem item;
  item.id = request.id;
  item.uses = type.name;
  item.host = request.standpoint.host;
  item.vantage = request.standpoint.vantage;
  item.stage = request.stage;
  item.effect = type.effect;
  item.point_of_no_return = request.point_of_no_return;
  return item;
}

/// What decides of the effect may be among what is not yet known: then it counts as the declared one, unless
/// the step says its effect in a word of its own, as `command` does.
Effect effect_of(const StepType& type, const Params& params) {
  const bool says = params.at("effect").get<std::string>() != nullptr;
  return says || params.waits_for().empty() ? type.effect(params) : type.declaration().effect;
}

PlannedAction action_of(PlanAction action) {
  switch (action) {
    case PlanAction::none:
      return PlannedAction::none;
    case PlanAction::observe:
      return PlannedAction::observe;
    case PlanAction::change:
      return PlannedAction::change;
    case PlanAction::ask:
      return PlannedAction::ask;
    case PlanAction::wait:
      return PlannedAction::wait;
  }
  return PlannedAction::change;
}

void defer(PlannedItem& item, std::string waits_for) {
  item.action = PlannedAction::deferred;
  item.sureness = Sureness::not_yet_known;
  item.waits_for = std::move(waits_for);
}

void cannot_ask(ItemLook& look, Error error) {
  const std::string sentence = with_advice(error);
  // What was asked wrongly is known to fail; anything else could not be asked.
  const Verdict verdict = error.kind == ErrorKind::invalid ? Verdict::fail : Verdict::unknown;
  look.item.found = Finding{verdict, sentence, {}, {}};
  look.item.step.summary = sentence;
  if (error.kind == ErrorKind::unreachable && is_about_a_host(error)) {
    look.item.action = PlannedAction::blocked;
  } else {
    look.item.step.would_fail = sentence;
  }
  look.trouble = std::move(error);
}

void cannot_bind(ItemLook& look, Error error) {
  look.item.step.would_fail = with_advice(error);
  look.trouble = std::move(error);
}

/// The question of a gate; it is asked whatever is known, so that the plan shows it.
void plan_gate(ItemLook& look, const StepType& type, const Params& params) {
  look.item.action = PlannedAction::ask;
  if (std::string step = params.waits_for(); !step.empty()) {
    look.item.sureness = Sureness::not_yet_known;
    look.item.waits_for = std::move(step);
    look.item.step.summary = "the question names what " + look.item.waits_for + " gives";
    return;
  }
  auto question = type.question(params);
  if (!question) return cannot_bind(look, question.error());
  look.item.question = std::move(*question);
  look.item.step.summary = look.item.question->text;
}

/// A host refuses a job whose secrets have no place: said while nothing has begun. Who cannot be asked now
/// refuses by itself, if need be.
void see_place_for_secrets(const Environment& environment, const StepType& type, const Params& params,
                           StepPlan& plan, const Deadline& deadline) {
  const bool acts = plan.action == PlanAction::change || plan.action == PlanAction::observe;
  if (!acts || plan.would_fail) return;
  const auto work = type.apply(params, plan);
  const auto* jobs = work ? std::get_if<JobWork>(&*work) : nullptr;
  if (!jobs) return;
  for (const JobSpec& spec : jobs->jobs) {
    Jobs* there = spec.secrets.empty() ? nullptr : environment.hosts.jobs(spec.host);
    if (!there) continue;
    const auto can = there->capabilities(deadline);
    if (!can) continue;
    if (const auto refused = secrets_refused(*can, spec.host)) plan.would_fail = with_advice(*refused);
  }
}

void plan_work(ItemLook& look, const ItemRequest& request, const Environment& environment,
               StepContext& context) {
  const StepType& type = *request.type;
  auto found = type.probe(context);
  look.item.found_at = context.clock().now();
  if (context.deadline().stopped())
    return cannot_ask(look,
                      {ErrorKind::cancelled, "look.stopped", look.item.uses + " was stopped before its end"});
  if (!found) return cannot_ask(look, found.error());
  auto plan = type.plan(context.params(), *found);
  if (!plan) return cannot_ask(look, plan.error());
  look.item.found = std::move(*found);
  look.item.step = std::move(*plan);
  see_place_for_secrets(environment, type, context.params(), look.item.step, context.deadline());
  look.item.action = action_of(look.item.step.action);
  const bool opaque = type.declaration().opaque && look.item.effect != Effect::observe;
  look.item.sureness = opaque ? Sureness::opaque : Sureness::probed;
  if (look.item.action == PlannedAction::change && look.item.effect == Effect::change &&
      look.item.step.undo.is_null() && !request.has_undo)
    look.item.step.warnings.emplace_back("the step says how to change, but not how to undo");
  if (look.item.action != PlannedAction::ask) return;
  auto question = type.question(context.params());
  if (!question) return cannot_ask(look, question.error());
  look.item.question = std::move(*question);
  // What a person has changed is seen from where the step itself looks.
  if (auto& seen_by = look.item.question->done_if; seen_by && seen_by->from.empty())
    if (const StepType* nested = environment.catalog.find(seen_by->uses);
        nested && nested->declaration().takes_vantage)
      seen_by->from = request.standpoint.vantage;
}

/// The identity that goes into the fingerprint; none for steps without a host.
Result<std::optional<HostIdentity>> identity_of(const Environment& environment, const std::string& name,
                                                const Deadline& deadline) {
  if (name.empty()) return std::optional<HostIdentity>();
  Host* host = environment.hosts.host(name);
  if (!host) return fail(ErrorKind::invalid, "host.unknown", "the playbook has no host named " + name);
  auto identity = host->identify(deadline);
  if (!identity) return tl::unexpected(identity.error());
  return std::optional<HostIdentity>(std::move(*identity));
}

/// What people read of a look; what it saw of the DNS and of an API has passed no other filter.
ItemLook redacted(ItemLook look, const Redactor& redactor) {
  const auto clean = [&](std::string& text) { text = redactor.redact(text); };
  if (look.item.found) {
    clean(look.item.found->sentence);
    look.item.found->outputs = *redacted(Value(look.item.found->outputs), redactor).get<ValueMap>();
  }
  StepPlan& step = look.item.step;
  clean(step.summary);
  if (step.would_fail) clean(*step.would_fail);
  for (std::string& warning : step.warnings) clean(warning);
  for (Change& change : step.changes)
    for (std::string* text : {&change.what, &change.before, &change.after}) clean(*text);
  if (look.trouble) look.trouble = redacted(*look.trouble, redactor);
  return look;
}

ItemLook looked(const Environment& environment, const ItemRequest& request, Params params,
                const Deadline& deadline) {
  ItemLook look{blank(request), {}};
  const StepType& type = *request.type;
  look.item.params = params.values();
  const std::string waits_for = params.waits_for();
  look.item.effect = effect_of(type, params);
  if (type.declaration().kind == StepKind::gate) {
    plan_gate(look, type, params);
    if (waits_for.empty()) look.item.fingerprint = fingerprint(type.declaration(), params, nullptr);
    return look;
  }
  if (type.declaration().kind == StepKind::wait) {
    look.item.action = PlannedAction::wait;
    if (!waits_for.empty()) return look;
    auto plan = type.plan(params, Finding{});
    if (!plan)
      cannot_bind(look, plan.error());
    else
      look.item.step = std::move(*plan);
    return look;
  }
  if (!waits_for.empty()) {
    defer(look.item, waits_for);
    return look;
  }
  if (auto sensible = type.check(params); !sensible) {
    cannot_bind(look, sensible.error());
    return look;
  }
  auto identity = identity_of(environment, request.standpoint.host, deadline);
  if (!identity) {
    cannot_ask(look, identity.error());
    return look;
  }
  look.item.fingerprint = fingerprint(type.declaration(), params, *identity ? &**identity : nullptr);
  if (*identity) look.item.machine = std::move(**identity);
  AttemptContext context(environment, std::move(params), request.standpoint, deadline);
  plan_work(look, request, environment, context);
  look.item.evidence = context.take_evidence();
  return look;
}

}  // namespace

bool is_about_a_host(const Error& unreachable) {
  return unreachable.code.starts_with("ssh.") || unreachable.code.starts_with("dial.") ||
         unreachable.code.starts_with("host.");
}

Result<Params> resolve_params(const StepDeclaration& type, const ValueMap& with) {
  BoundParams bound = bind_params(type, with);
  if (!bound.faults.empty()) return tl::unexpected(bound.faults.front());
  return std::move(bound.params);
}

Result<Params> resolve_params(const Catalog& catalog, const StepDeclaration& type, const Node& with,
                              const Scope& scope) {
  auto values = evaluate_with(catalog, type, with, scope);
  if (!values) return tl::unexpected(values.error());
  return resolve_params(type, *values);
}

ItemLook look_again(const Environment& environment, const ItemRequest& request, Params params,
                    const Deadline& deadline) {
  // The outermost frame of what a step type does to look: what it throws is a defect of it, not the end of
  // the process.
  try {
    return redacted(looked(environment, request, std::move(params), deadline), environment.redactor);
  } catch (const std::exception& e) {
    ItemLook look{blank(request), {}};
    cannot_ask(
        look,
        {ErrorKind::internal, "plan.defect", std::string("a defect of mxodus: ") + e.what(), {}, {}, {}});
    return redacted(std::move(look), environment.redactor);
  }
}

ItemLook look_nested(const Environment& environment, const ItemId& id, const NestedStep& nested,
                     const Deadline& deadline) {
  ItemRequest request;
  request.id = id;
  request.type = environment.catalog.find(nested.uses);
  request.standpoint = {nested.host, nested.from};
  ItemLook look;
  if (!request.type) {
    cannot_bind(
        look, {ErrorKind::invalid, "step.unknown-type", "there is no step type " + nested.uses, {}, {}, {}});
    return look;
  }
  auto params = resolve_params(request.type->declaration(), nested.with);
  if (params) return look_again(environment, request, std::move(*params), deadline);
  look.item = blank(request);
  cannot_bind(look, params.error());
  return look;
}

ItemLook look_at(const Environment& environment, const ItemRequest& request, const Deadline& deadline) {
  auto params =
      resolve_params(environment.catalog, request.type->declaration(), *request.with, request.scope);
  if (params) return look_again(environment, request, std::move(*params), deadline);
  ItemLook look{blank(request), {}};
  cannot_bind(look, params.error());
  return look;
}

}  // namespace mxodus
