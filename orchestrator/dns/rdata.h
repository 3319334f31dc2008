#pragma once

#include <string>
#include <string_view>

#include "orchestrator/core/result.h"
#include "orchestrator/dns/asker.h"

namespace mxodus {

/// One record's data as every server would print it: single spaces, names in lower case with their final dot,
/// short IPv6, TXT quoted and split at 255 bytes (RFC 1035, 5.1; RFC 4034, 6.2). Two records are equal
/// exactly when these are. A TXT that does not begin with a quote is taken as the text itself. `invalid`
/// with code "dns.data" where it is no data of that type.
Result<std::string> canonical_data(const std::string& type, const std::string& data);

/// The same with the strings of a TXT and the letters of names as they were written: what is sent and shown.
/// A string of more than 255 bytes is split.
Result<std::string> written_data(const std::string& type, const std::string& data);

/// canonical_data() for a set: sorted, each once.
Result<std::vector<std::string>> canonical_set(const std::string& type, const std::vector<std::string>& data);

/// written_data() for a set: in the order of canonical_set(), each record once.
Result<std::vector<std::string>> written_set(const std::string& type, const std::vector<std::string>& data);

/// Whether two sets hold the same records, whatever their order and spelling. Data that cannot be read is
/// equal to itself alone.
bool same_data(const std::string& type, const std::vector<std::string>& a, const std::vector<std::string>& b);

/// The strings of a TXT record.
Result<std::vector<std::string>> txt_strings(std::string_view data);
/// The text of a TXT record: its strings joined without anything between (RFC 7208, 3.3).
Result<std::string> txt_text(std::string_view data);
/// The other way round: quoted, escaped, split at 255 bytes.
std::string txt_data(std::string_view text);

/// Whether the DNS has a record type of that name and it can be written by people.
bool is_record_type(const std::string& type);

}  // namespace mxodus
