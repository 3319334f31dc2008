#pragma once

#include <string>

#include "orchestrator/journal/event.h"
#include "orchestrator/journal/event_data.h"
#include "orchestrator/report/style.h"

namespace mxodus {

/// One event of a journal as a person would note it down.
struct EventWords {
  Role role = Role::plain;
  std::string word;      ///< "ok", "begins", "asks"; at most 10 characters
  std::string sentence;  ///< safe to show, on one line; may be empty
  bool routine = false;  ///< of interest only to who looks closely: shown with -v
};

/// A moment as people read it at `now`: "20:15:00" where it is on the same local day, else with its date.
std::string near_time(Time time, Time now);

EventWords words_for(const Event& event);

/// What somebody has answered to a gate, in the words in which it is typed: "SOGo=partly: calendar missing"
/// for an item of a checklist.
std::string answer_words(const Value& answer);

/// What takes an effect back, where the intent says it in words: the `undo` of a command. Else its title.
std::string undo_words(const AttemptIntent& intent);

}  // namespace mxodus
