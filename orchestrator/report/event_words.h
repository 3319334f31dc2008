#pragma once

#include <string>

#include "orchestrator/journal/event.h"
#include "orchestrator/report/style.h"

namespace mxodus {

/// One event of a journal as a person would note it down.
struct EventWords {
  Role role = Role::plain;
  std::string word;      ///< "ok", "begins", "asks"; at most 10 characters
  std::string sentence;  ///< safe to show, on one line; may be empty
  bool routine = false;  ///< of interest only to who looks closely: shown with -v
};

EventWords words_for(const Event& event);

}  // namespace mxodus
