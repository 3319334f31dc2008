#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/quantity.h"

namespace mxodus {

/// A TLSA record (RFC 6698, 2.1).
struct TlsaRecord {
  int usage = 0;     ///< 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE
  int selector = 0;  ///< 0 the certificate, 1 its public key
  int matching = 0;  ///< 0 as it is, 1 its SHA-256, 2 its SHA-512
  std::string data;  ///< bytes
};

/// From the text of a zone file: "3 1 1 8d02…", blanks in the hexadecimal allowed. Nothing where it is none.
std::optional<TlsaRecord> parse_tlsa(std::string_view text);
/// "3 1 1 8d02…"
std::string to_string(const TlsaRecord& record);

/// For each record, why a sender of mail makes no use of it; empty where it does. Senders use usages 2 and 3
/// (RFC 7672, 3.1.3), and of each usage and selector only the strongest digest (RFC 7671, 9): a SHA-256
/// beside a SHA-512 is not looked at.
std::vector<std::string> unused_tlsa(const std::vector<TlsaRecord>& records);

/// Whether the server that shows these certificates (DER, its own first) is the one that a record of usage 2
/// or 3 names: empty, or why not. Usage 3 is about the key alone; with usage 2 the certificate must also be
/// for one of `names` and valid at `now` (RFC 7671, 5.1 and 5.2). Pure.
std::string tlsa_mismatch(const TlsaRecord& record, const std::vector<std::string>& chain,
                          const std::vector<std::string>& names, Time now);

/// The record "3 1 1" of a certificate in DER: its key by SHA-256, which a renewal with the same key keeps.
/// Nothing where it is no certificate.
std::optional<TlsaRecord> tlsa_of(const std::string& certificate);

}  // namespace mxodus
