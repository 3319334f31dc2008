#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/report/post_mortem.h"

namespace mxodus {

struct TimelineRow {
  Time when;
  std::string step;
  std::string word;
  std::string sentence;
};

struct GateRow {
  std::string step;
  std::string question;
  std::string digest;
  std::string decision;
  std::string answer;  ///< what was chosen, typed or ticked; empty for a yes or a no
  std::string who;
  std::string from;
  std::string why;
  std::optional<Time> when;
};

/// One step that looks, as it was when planned and as it was at the end.
struct ProbeRow {
  std::string step;
  std::string before;
  std::string after;
  Verdict verdict = Verdict::unknown;
  bool accepted = false;
};

/// An effect on the world, made or taken back.
struct ChangeRow {
  std::optional<Time> when;  ///< it ended
  std::string step;
  std::string what;
  std::string end;  ///< "done", "failed, permanent", or what was seen after it was taken back
};

struct OpenRow {
  std::string step;  ///< or a host
  std::string state;
  std::string reason;
};

/// Something that a step has seen and kept.
struct EvidenceRow {
  std::string step;
  std::string title;  ///< "restic-snapshots.json"; empty in journals of earlier versions
  std::string name;   ///< in the evidence store
};

/// The content of a post-mortem, before anybody decides how it looks.
struct PostMortem {
  std::string run;
  std::string name;
  std::string result;
  std::string plan_digest;
  Time begun;
  Time last;
  int resumes = 0;
  std::vector<std::pair<std::string, std::string>> facts;   ///< heading, sentence
  std::vector<std::pair<std::string, std::string>> impact;  ///< the same; an empty sentence is for people
  std::vector<TimelineRow> timeline;
  std::vector<GateRow> gates;
  std::vector<ProbeRow> probes;
  std::vector<ChangeRow> changes_made;
  std::vector<ChangeRow> changes_taken_back;
  std::vector<TimelineRow> overrides;  ///< accept, skip, retry, cancel, do, note, a host taken over
  std::vector<std::pair<std::string, std::string>> inputs;  ///< name, value
  std::vector<EvidenceRow> evidence;
  std::vector<OpenRow> in_spite_of;
  std::vector<OpenRow> open;
};

PostMortem gather(const RunRecord& record);

}  // namespace mxodus
