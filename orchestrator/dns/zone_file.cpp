#include "orchestrator/dns/zone_file.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"

namespace mxodus {
namespace {

constexpr std::size_t kFaults = 100;

struct Freed {
  void operator()(ldns_rdf* name) const { ldns_rdf_deep_free(name); }
  void operator()(ldns_rr* record) const { ldns_rr_free(record); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string take(char* text) {
  std::string result = text ? text : "";
  std::free(text);
  return result;
}

ZoneFileRecord record_from(const ldns_rr& record, int line) {
  RRset set;
  set.name = normal_name(take(ldns_rdf2str(ldns_rr_owner(&record))));
  set.type = take(ldns_rr_type2str(ldns_rr_get_type(&record)));
  set.ttl = ldns_rr_ttl(&record);
  set.data = {data_text(record)};
  return {std::move(set), line};
}

/// Tells the line of a place in a text, for places that come in order.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}

  /// The first line from `place` on that is more than a comment: ldns skips the others without a word.
  int line_at(std::size_t place) {
    if (place > place_) {
      line_ += static_cast<int>(std::count(text_.begin() + static_cast<long>(place_),
                                           text_.begin() + static_cast<long>(place), '\n'));
      place_ = place;
    }
    for (;; ++line_) {
      const std::size_t end = text_.find('\n', place_);
      const std::string_view content = trim(text_.substr(place_, end - place_));
      if (end == std::string_view::npos || (!content.empty() && !content.starts_with(';'))) return line_;
      place_ = end + 1;
    }
  }

 private:
  std::string_view text_;
  std::size_t place_ = 0;  ///< where line_ has been looked for last; before it nothing is read again
  int line_ = 1;
};

bool is_no_record(ldns_status status) {
  return status == LDNS_STATUS_SYNTAX_TTL || status == LDNS_STATUS_SYNTAX_ORIGIN ||
         status == LDNS_STATUS_SYNTAX_EMPTY;
}

}  // namespace

Result<ZoneFileText> read_zone_text(std::string_view text, const std::string& origin) {
  ZoneFileText zone;
  if (text.empty()) return zone;
  const std::string bytes(text);
  const std::unique_ptr<std::FILE, Freed> file(
      fmemopen(const_cast<char*>(bytes.data()), bytes.size(), "r"));  // "r": it is not written to
  ldns_rdf* origin_now = ldns_dname_new_frm_str((origin + ".").c_str());
  if (!file || !origin_now)
    return fail(ErrorKind::invalid, "dns.zone-file",
                "\"" + printable_line(origin, 80) + "\" is no name of a zone");
  ldns_rdf* previous = nullptr;
  std::uint32_t ttl = 3600;
  LineCounter lines(bytes);
  long at = -1;  // a parser that does not move on has come to something that it cannot pass
  while (!std::feof(file.get()) && zone.faults.size() < kFaults && std::ftell(file.get()) != at) {
    at = std::ftell(file.get());
    const int first = lines.line_at(static_cast<std::size_t>(at));
    ldns_rr* parsed = nullptr;
    const ldns_status status = ldns_rr_new_frm_fp(&parsed, file.get(), &ttl, &origin_now, &previous);
    const std::unique_ptr<ldns_rr, Freed> record(status == LDNS_STATUS_OK ? parsed : nullptr);
    if (record)
      zone.records.push_back(record_from(*record, first));
    else if (status == LDNS_STATUS_SYNTAX_INCLUDE)
      zone.faults.push_back({first, "$INCLUDE is not followed"});
    else if (!is_no_record(status))
      zone.faults.push_back({first, ldns_get_errorstr_by_id(status)});
  }
  if (!std::feof(file.get()))
    zone.faults.push_back({lines.line_at(static_cast<std::size_t>(at)), "from here on it is not read"});
  ldns_rdf_deep_free(origin_now);
  ldns_rdf_deep_free(previous);
  return zone;
}

}  // namespace mxodus
