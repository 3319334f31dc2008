#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/mail/dmarc/discovery.h"

namespace mxodus::dns {

/// Whether one authenticated domain is aligned with the domain in From, by both RFCs.
struct Alignment {
  std::string mechanism;     ///< "spf" or "dkim"
  std::string domain;        ///< that passed
  std::optional<bool> walk;  ///< RFC 9989; nothing: could not be asked
  bool list = false;         ///< RFC 7489
};

/// All that DMARC says of one domain in From.
struct DmarcLook {
  std::string domain;
  dmarc::Discovery walk;  ///< RFC 9989
  dmarc::Discovery list;  ///< RFC 7489
  std::vector<Alignment> alignments;

  /// Whether `mechanism` has an aligned domain; nothing where that could not be asked, or was not.
  std::optional<bool> aligned(const std::string& mechanism) const;
};

DmarcLook look_at_dmarc(const std::string& domain, const std::vector<std::string>& spf,
                        const std::vector<std::string>& dkim, DnsAsker& dns, const Deadline& deadline);

/// Whether a domain that shall receive reports about another one allows it.
struct ReportConsent {
  std::string host;
  std::string name;  ///< that was asked: "example.org._report._dmarc.example.net"; empty: nobody needs to
  bool asked = true;
  bool given = false;
  std::string why;  ///< why that could not be asked
};

/// For each address in rua and ruf of the record at `found_at`, ten at most.
std::vector<ReportConsent> report_consents(const std::string& found_at, const dmarc::Record& record,
                                           DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus::dns
