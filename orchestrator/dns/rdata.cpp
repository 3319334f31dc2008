#include "orchestrator/dns/rdata.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <optional>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/packet.h"

namespace mxodus {
namespace {

constexpr std::size_t kStringLimit = 255;  // bytes of one character-string, RFC 1035, 3.3

using Record = std::unique_ptr<ldns_rr, decltype(&ldns_rr_free)>;

tl::unexpected<Error> no_data(const std::string& type, const std::string& data, const std::string& why) {
  return fail(ErrorKind::invalid, "dns.data",
              "\"" + printable_line(data) + "\" is no data of a record of type " + printable_line(type, 20) +
                  ": " + why);
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// One character after a backslash: "\DDD" is a byte, anything else is itself.
std::optional<char> unescape(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const auto digit = [&](std::size_t i) {
    return i < rest.size() && std::isdigit(static_cast<unsigned char>(rest[i]));
  };
  if (!digit(0)) {
    const char c = rest.front();
    rest.remove_prefix(1);
    return c;
  }
  if (!digit(1) || !digit(2)) return std::nullopt;
  const int byte = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
  rest.remove_prefix(3);
  if (byte > 255) return std::nullopt;
  return static_cast<char>(byte);
}

/// Reads one quoted or bare string off the front of `rest` and appends it to `text`.
bool read_string(std::string_view& rest, std::string& text) {
  const bool quoted = rest.front() == '"';
  if (quoted) rest.remove_prefix(1);
  while (!rest.empty()) {
    const char c = rest.front();
    if (!quoted && is_space(c)) return true;
    rest.remove_prefix(1);
    if (quoted && c == '"') return rest.empty() || is_space(rest.front());
    if (c != '\\') {
      text += c;
      continue;
    }
    const auto byte = unescape(rest);
    if (!byte) return false;
    text += *byte;
  }
  return !quoted;
}

bool is_text(const std::string& type) {
  return type == "TXT" || type == "SPF";
}

Result<Record> read_record(const std::string& type, const std::string& data) {
  if (!is_record_type(type)) return no_data(type, data, "there is no such type");
  if (data.find_first_of(std::string_view("\r\n\0;", 4)) != std::string::npos && type != "CAA")
    return no_data(type, data, "a record is one line");
  ldns_rr* parsed = nullptr;
  const ldns_status status =
      ldns_rr_new_frm_str(&parsed, ("x. 0 IN " + type + " " + data).c_str(), 0, nullptr, nullptr);
  Record record(parsed, ldns_rr_free);
  if (status != LDNS_STATUS_OK || !record) return no_data(type, data, ldns_get_errorstr_by_id(status));
  return record;
}

}  // namespace

Result<std::vector<std::string>> txt_strings(std::string_view data) {
  std::vector<std::string> strings;
  std::string_view rest = data;
  while (true) {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty()) return strings;
    if (!read_string(rest, strings.emplace_back()))
      return no_data("TXT", std::string(data), "a quote or an escape is not closed");
  }
}

Result<std::string> txt_text(std::string_view data) {
  const auto strings = txt_strings(data);
  if (!strings) return tl::unexpected(strings.error());
  return join(*strings, "");
}

std::string txt_data(std::string_view text) {
  std::string data;
  do {
    const std::string_view part = text.substr(0, kStringLimit);
    text.remove_prefix(part.size());
    data += data.empty() ? "\"" : " \"";
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        data += '\\';
        data += c;
      } else if (byte < 0x20 || byte > 0x7e) {
        data += '\\';
        data += static_cast<char>('0' + byte / 100);
        data += static_cast<char>('0' + byte / 10 % 10);
        data += static_cast<char>('0' + byte % 10);
      } else {
        data += c;
      }
    }
    data += '"';
  } while (!text.empty());
  return data;
}

bool is_record_type(const std::string& type) {
  const ldns_rr_type known = ldns_get_rr_type_by_name(type.c_str());
  return known != 0 && known != LDNS_RR_TYPE_ANY && known != LDNS_RR_TYPE_AXFR &&
         known != LDNS_RR_TYPE_IXFR && known != LDNS_RR_TYPE_OPT && known != LDNS_RR_TYPE_TSIG;
}

Result<std::string> canonical_data(const std::string& type, const std::string& data) {
  if (is_text(type)) {
    if (!data.starts_with('"')) return txt_data(data);
    return txt_text(data).map(txt_data);
  }
  auto record = read_record(type, data);
  if (!record) return tl::unexpected(std::move(record).error());
  ldns_rr2canonical(record->get());
  return data_text(**record);
}

Result<std::string> written_data(const std::string& type, const std::string& data) {
  if (!is_text(type))
    return read_record(type, data).map([](const Record& record) { return data_text(*record); });
  if (!data.starts_with('"')) return txt_data(data);
  return txt_strings(data).map([](std::vector<std::string> strings) {
    for (std::string& one : strings) one = txt_data(one);
    return join(strings, " ");
  });
}

Result<std::vector<std::string>> canonical_set(const std::string& type,
                                               const std::vector<std::string>& data) {
  std::vector<std::string> set;
  for (const std::string& one : data) {
    auto canonical = canonical_data(type, one);
    if (!canonical) return tl::unexpected(std::move(canonical).error());
    set.push_back(std::move(*canonical));
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

Result<std::vector<std::string>> written_set(const std::string& type, const std::vector<std::string>& data) {
  std::map<std::string, std::string> by_canonical;
  for (const std::string& one : data) {
    auto canonical = canonical_data(type, one);
    auto written = written_data(type, one);
    if (!canonical || !written) return tl::unexpected((canonical ? written : canonical).error());
    by_canonical.try_emplace(std::move(*canonical), std::move(*written));
  }
  std::vector<std::string> set;
  for (auto& [canonical, written] : by_canonical) set.push_back(std::move(written));
  return set;
}

bool same_data(const std::string& type, const std::vector<std::string>& a,
               const std::vector<std::string>& b) {
  const auto canonical_a = canonical_set(type, a);
  const auto canonical_b = canonical_set(type, b);
  if (canonical_a && canonical_b) return *canonical_a == *canonical_b;
  return a == b;
}

}  // namespace mxodus
