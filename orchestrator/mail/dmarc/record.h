#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mxodus::dmarc {

enum class Policy { none, quarantine, reject };

/// Where reports go.
struct ReportUri {
  std::string uri;   ///< as written
  std::string host;  ///< of a mailto address, normal; empty: it is none
};

/// A DMARC record (RFC 9989, 4.7; RFC 7489, 6.3). What is not valid is left as if it were not there.
struct Record {
  std::optional<Policy> p;
  std::optional<Policy> sp;
  std::optional<Policy> np;         ///< RFC 9989 only
  bool strict_dkim = false;         ///< adkim=s
  bool strict_spf = false;          ///< aspf=s
  char psd = 'u';                   ///< 'y', 'n' or 'u'; RFC 9989 only
  bool testing = false;             ///< t=y; RFC 9989 only
  std::optional<int> percent;       ///< pct; RFC 7489 only
  std::vector<ReportUri> rua;       ///< aggregate reports
  std::vector<ReportUri> ruf;       ///< failure reports
  bool broken_policy = false;       ///< p is missing, or one of p, sp and np is no policy
  std::vector<std::string> faults;  ///< what is wrong with it: clauses
};

/// Whether a TXT record is one of DMARC: its first tag is v=DMARC1, with case.
bool is_record(std::string_view text);

/// Takes apart what is_record(). Pure.
Record parse_record(std::string_view text);

/// The records among the data of a TXT RRset, as texts.
std::vector<std::string> select_records(const std::vector<std::string>& txt_data);

/// Whether a TXT record allows reports to be sent there (RFC 9990, 3.5; RFC 7489, 7.1).
bool allows_reports(std::string_view text);

/// "none", "quarantine", "reject"
const char* to_string(Policy policy);

}  // namespace mxodus::dmarc
