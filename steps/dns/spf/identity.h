#pragma once

#include <string>
#include <vector>

#include "orchestrator/mail/spf/evaluator.h"
#include "orchestrator/step_api/params.h"

namespace mxodus::dns {

/// A name in which mail is sent, and what SPF is asked of it.
struct Identity {
  std::string domain;
  std::string sender;  ///< "user@domain"; a domain alone stands for its postmaster
  bool helo = false;   ///< what the host says in EHLO, in place of MAIL FROM
};

/// Those that the parameters name: each domain, each sender, and the HELO name.
std::vector<Identity> identities_of(const Params& params);

/// One evaluation.
struct SpfLook {
  Identity identity;
  std::string address;
  spf::Outcome outcome;
};

/// Every address for every identity, one evaluation after the other; `dns` should remember.
std::vector<SpfLook> evaluate_all(const std::vector<Identity>& identities,
                                  const std::vector<std::string>& addresses, const std::string& helo,
                                  Time now, DnsAsker& dns, const Deadline& deadline);

/// Whether a result is what `expect` says: one of the results, or `not_pass`. Not asked of temperror.
bool is_expected(spf::CheckResult result, const std::string& expect);

}  // namespace mxodus::dns
