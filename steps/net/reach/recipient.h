#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus::reach {

/// Somebody for whom a server is asked to take mail.
struct Recipient {
  std::string address;
  bool welcome = true;  ///< false: the server must refuse
};

/// Whether these can be asked for: "info@example.org", in ASCII and without quotes, 20 at most. `invalid`
/// with what to write.
Result<void> check_recipients(const std::vector<Recipient>& recipients);

/// What a server said of one of them.
struct RecipientAnswer {
  Recipient recipient;
  int code = 0;
  std::string text;   ///< "550 5.1.1 unknown user", safe to show
  bool asked = true;  ///< false: it was said to MAIL FROM already, so of everybody

  bool taken() const { return code / 100 == 2; }
  /// Also for now, as Postfix refuses strangers by default (defer_unauth_destination: "454 4.7.1").
  bool relay_denied() const { return code == 454 && text.find(" 4.7.1 ") != std::string::npos; }
  bool deferred() const { return code / 100 == 4; }
};

/// "the server refuses mail for a@example.org ("550 no such user") and for b@example.org (…)" of all that are
/// neither taken nor deferred; empty where there is none.
std::string refused_recipients(const std::vector<RecipientAnswer>& answers);
/// The same of those whom the server takes mail for and must not.
std::string taken_recipients(const std::vector<RecipientAnswer>& answers);
/// The same of those of whom it is not known yet: the server has put them off, or refuses whatever comes
/// without a sender.
std::string undecided_recipients(const std::vector<RecipientAnswer>& answers);

}  // namespace mxodus::reach
