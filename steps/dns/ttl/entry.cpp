#include "steps/dns/ttl/entry.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/owner_name.h"
#include "orchestrator/dns/rdata.h"
#include "steps/support/values.h"

namespace mxodus::dns {
namespace {

constexpr std::int64_t kLongestKept = 7 * 86400;  // seconds; resolvers cut longer ones

tl::unexpected<Error> wrong(std::size_t index, const std::string& what, const std::string& hint) {
  return fail(ErrorKind::invalid, "ttl.entry", "entry " + std::to_string(index + 1) + " of `records` " + what,
              hint);
}

/// Seconds of a duration that is a TTL.
std::optional<std::uint32_t> ttl_seconds(const Duration& duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration.value).count();
  if (seconds < 0 || seconds > kLongestKept) return std::nullopt;
  return static_cast<std::uint32_t>(seconds);
}

std::optional<std::uint32_t> ttl_of(const Value& written) {
  if (const auto* duration = written.get<Duration>()) return ttl_seconds(*duration);
  const auto* text = written.get<std::string>();
  const auto parsed = text ? parse_duration(*text) : Result<Duration>(tl::unexpected(Error{}));
  return parsed ? ttl_seconds(*parsed) : std::nullopt;
}

}  // namespace

std::uint32_t TtlEntry::wanted(std::uint32_t ttl, std::uint32_t floor) const {
  if (exactly) return std::max(*exactly, floor);
  return at_most ? std::min(ttl, std::max(*at_most, floor)) : ttl;
}

bool TtlEntry::may_have_made(std::uint32_t ttl, std::uint32_t floor) const {
  return to_make() && ttl == std::max(exactly ? *exactly : *at_most, floor);
}

Result<std::vector<TtlEntry>> read_ttl_entries(const Params& params, const std::string& zone) {
  std::optional<std::uint32_t> lower;
  if (const auto duration = params.duration("lower")) {
    lower = ttl_seconds(*duration);
    if (!lower)
      return fail(ErrorKind::invalid, "ttl.lower",
                  "`lower` is longer than resolvers keep anything: at most 7d");
  }
  std::vector<TtlEntry> entries;
  const auto* list = params.at("records").get<ValueList>();
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    const Value& written = (*list)[i];
    const auto* map = written.get<ValueMap>();
    const std::string type = text_in(written, "type");
    const auto known = [](const auto& field) {
      return field.first == "name" || field.first == "type" || field.first == "ttl";
    };
    if (!map || text_in(written, "name").empty() || !std::all_of(map->begin(), map->end(), known))
      return wrong(i, "cannot be read", "write {name: mail, type: A}, with ttl: 1h to set one");
    if (!is_record_type(type) || type == "SOA")
      return wrong(i, "has no type of a record that can be written", "write {name: mail, type: A}");
    auto name = name_in_zone(text_in(written, "name"), zone);
    if (!name) return tl::unexpected(std::move(name).error());
    if (const std::string fault = owner_fault(*name); !fault.empty())
      return wrong(i, "has the name \"" + printable_line(*name, 100) + "\", which cannot exist: " + fault,
                   "write {name: mail, type: A}");
    TtlEntry entry{{std::move(*name), type}, {}, lower};
    if (const Value* ttl = written.find("ttl")) {
      entry.exactly = ttl_of(*ttl);
      if (!entry.exactly) return wrong(i, "has a `ttl` that is none", "write ttl: 1h, at most 7d");
    }
    const bool twice = std::any_of(entries.begin(), entries.end(),
                                   [&](const TtlEntry& other) { return other.key == entry.key; });
    if (twice)
      return wrong(i, "names " + type + " of " + shown_owner(entry.key.name) + " again", "name it once");
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace mxodus::dns
