#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus::reach {

/// Whether these can be asked for: "info@example.org", in ASCII and without quotes, 20 at most. `invalid`
/// with what to write.
Result<void> check_recipients(const std::vector<std::string>& recipients);

/// What a server said to RCPT TO of one of them.
struct RecipientAnswer {
  std::string address;
  int code = 0;
  std::string text;  ///< "550 5.1.1 unknown user", safe to show

  bool taken() const { return code / 100 == 2; }
  bool deferred() const { return code / 100 == 4; }
};

/// "the server refuses mail for a@example.org ("550 no such user") and for b@example.org (…)" of all that are
/// neither taken nor deferred; empty where there is none.
std::string refused_recipients(const std::vector<RecipientAnswer>& answers);
/// The same of those that the server has put off.
std::string deferred_recipients(const std::vector<RecipientAnswer>& answers);

}  // namespace mxodus::reach
