#pragma once

#include <string>
#include <vector>

#include "orchestrator/step_api/finding.h"

namespace mxodus::dns {

/// What a look has to say, collected: each thing with its own verdict and how to mend it.
class Judgement {
 public:
  /// `mend` says what to publish or to change; empty where nobody can say. Said twice is said once.
  void add(Verdict verdict, const std::string& sentence, const std::string& mend = {});

  Verdict verdict() const;
  /// The worst first, with their mends, all of it safe to show; `all_is_well` where there is nothing to say.
  std::string sentence(const std::string& all_is_well) const;
  /// What to do, each once.
  ValueList mends() const;
  /// Verdict, sentence and what all these looks give out: `results`, `warnings` and `mend`.
  Finding finding(const std::string& all_is_well, ValueList results) const;

 private:
  struct Item {
    Verdict verdict;
    std::string sentence;
    std::string mend;
  };
  std::vector<Item> items_;
};

}  // namespace mxodus::dns
