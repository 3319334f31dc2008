#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/value.h"
#include "orchestrator/core/verdict.h"

namespace mxodus::dns {

/// What a look has to say, collected: each thing with its own verdict and how to mend it.
class Judgement {
 public:
  /// `mend` says what to publish or to change; empty where nobody can say. Said twice is said once.
  void add(Verdict verdict, const std::string& sentence, const std::string& mend = {});

  Verdict verdict() const;
  /// The worst first, with their mends, all of it safe to show; `all_is_well` where there is nothing to say.
  std::string sentence(const std::string& all_is_well) const;
  /// The sentences of one verdict.
  ValueList sentences(Verdict verdict) const;
  /// What to do, each once.
  ValueList mends() const;

 private:
  struct Item {
    Verdict verdict;
    std::string sentence;
    std::string mend;
  };
  std::vector<Item> items_;
};

}  // namespace mxodus::dns
