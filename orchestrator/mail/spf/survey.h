#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/mail/spf/record.h"

namespace mxodus::spf {

/// One record that an evaluation may come to, once for each way to it.
struct SurveyedRecord {
  std::string domain;
  std::vector<std::string> via;  ///< the terms that lead to it, from the outside in; empty: it is the first
  bool by_redirect = false;
  DnsAnswer answer;                ///< to its TXT question
  std::vector<std::string> texts;  ///< the SPF records there
  Record record;                   ///< of the first text
  bool endless = false;            ///< it is reached from itself; not followed again
};

/// A term that leads to nothing.
struct VoidTerm {
  std::string domain;  ///< of its record
  std::string term;
  bool v4 = false;  ///< for a client of IPv4
  bool v6 = false;
};

/// All that an evaluation may come to: what it costs a receiver at most, which is when no term matches, and
/// where that cannot be told.
struct Survey {
  std::vector<SurveyedRecord> records;  ///< the first is the domain's own
  int terms = 0;                        ///< that look up
  std::vector<VoidTerm> void_terms;
  std::vector<std::string> too_many_mx;  ///< names with more than ten
  std::vector<std::string>
      not_counted;  ///< "include:%{i}.example.org of example.org"; not asked, or it depends

  int void_terms_for(bool v6) const;
};

/// Asks for the whole tree level by level, many questions at a time; `dns` should remember, for check_host()
/// will ask again. Ends after 64 records: that is far beyond every limit.
Survey survey(const std::string& domain, DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus::spf
