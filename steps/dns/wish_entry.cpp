#include "steps/dns/wish_entry.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/owner_name.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus::dns {
namespace {

constexpr std::int64_t kLongestTtl = 7 * 86400;

bool names_a_host(const std::string& type) {
  return type == "MX" || type == "CNAME" || type == "NS" || type == "PTR" || type == "SRV" || type == "DNAME";
}

/// What to write in place of data whose name has no final dot. A name of one label is one of the zone, as
/// whoever leaves the dot out means it; "" is a zone that is not known.
std::string with_final_dot(const std::string& data, const std::string& zone) {
  const std::string shown = printable_line(data);
  if (data.substr(data.rfind(' ') + 1).find('.') != std::string::npos) return "write " + shown + ".";
  return zone.empty() ? "write the whole name and a final dot, as in " + shown + ".example.org."
                      : "write " + shown + "." + zone + ".";
}

/// Reads one entry of `records` or `set`.
class Entry {
 public:
  Entry(const ValueMap& map, std::string where, const std::string& zone, bool to_make)
      : map_(map), where_(std::move(where)), zone_(zone) {
    wish_.to_make = to_make;
  }

  Result<Wish> read() {
    for (const auto& step :
         {&Entry::read_keys, &Entry::read_name_and_type, &Entry::read_ttl, &Entry::read_kind})
      if (auto done = (this->*step)(); !done) return tl::unexpected(std::move(done).error());
    return std::move(wish_);
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what, const std::string& hint = {}) const {
    return fail(ErrorKind::invalid, "dns.entry", where_ + " " + what, hint);
  }

  Result<void> read_keys() {
    const std::vector<std::string> known =
        wish_.to_make ? std::vector<std::string>{"name", "type", "ttl", "data", "absent", "replace"}
                      : std::vector<std::string>{"name",     "type",   "ttl",    "equals",
                                                 "contains", "one_of", "absent", "replace"};
    for (const auto& [key, value] : map_)
      if (std::find(known.begin(), known.end(), key) == known.end())
        return wrong("has no key `" + printable_line(key, 40) + "`", "it takes " + join(known, ", "));
    return {};
  }

  Result<void> read_name_and_type() {
    const auto* name = value<std::string>("name");
    const auto* type = value<std::string>("type");
    if (!name || !type) return wrong("needs `name` and `type`", "write {name: mail, type: A, …}");
    auto absolute = name_in_zone(*name, zone_);
    if (!absolute) return tl::unexpected(std::move(absolute).error());
    if (const std::string fault = owner_fault(*absolute); !fault.empty())
      return wrong("has the name \"" + printable_line(*name, 100) + "\", which cannot exist: " + fault);
    wish_.key = {std::move(*absolute), *type};
    if (!is_record_type(*type))
      return wrong("has the type " + printable_line(*type, 20) + ", which does not exist");
    if (*type == "SOA" && wish_.to_make)
      return wrong("would write the SOA, which belongs to the name servers");
    return {};
  }

  Result<void> read_ttl() {
    const auto found = map_.find("ttl");
    if (found == map_.end()) return {};
    const auto* text = found->second.get<std::string>();
    const auto* typed = found->second.get<Duration>();
    const auto ttl = text    ? parse_duration(*text)
                     : typed ? Result<Duration>(*typed)
                             : wrong("has a `ttl` without a unit", "write ttl: 5m");
    if (!ttl) return wrong("has a `ttl` that is no duration", "write ttl: 5m");
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ttl->value).count();
    if (seconds < 0 || seconds > kLongestTtl) return wrong("has a `ttl` that no resolver keeps: at most 7d");
    wish_.ttl = static_cast<std::uint32_t>(seconds);
    return {};
  }

  Result<void> read_kind() {
    const auto* absent = value<bool>("absent");
    if (map_.contains("absent") && !absent) return wrong("has an `absent` that is neither true nor false");
    const bool to_be_absent = absent && *absent;
    const std::vector<std::string> kinds = {"data", "replace", "equals", "contains", "one_of"};
    const auto given = std::count_if(kinds.begin(), kinds.end(),
                                     [&](const auto& k) { return says_something(k, to_be_absent); });
    if (given + (to_be_absent ? 1 : 0) > 1)
      return wrong("says more than one of " + join(kinds, ", ") + ", absent");
    if (to_be_absent) return read_absent();
    if (map_.contains("data")) return read_data("data", Wish::Kind::equals);
    if (map_.contains("equals")) return read_data("equals", Wish::Kind::equals);
    if (map_.contains("contains")) return read_contains();
    if (map_.contains("one_of")) return read_one_of();
    if (map_.contains("replace")) return read_replace();
    if (wish_.to_make && !wish_.ttl)
      return wrong("does not say what to make of it", "add data, ttl, replace, or absent: true");
    return {};
  }

  /// An empty list beside `absent: true` says the same, as an expression does that finds no address.
  bool says_something(const std::string& key, bool to_be_absent) const {
    const auto* list = value<ValueList>(key.c_str());
    return map_.contains(key) && !(to_be_absent && list && list->empty());
  }

  Result<void> read_absent() {
    if (wish_.to_make && wish_.key.type == "NS" && wish_.key.name == zone_)
      return wrong("would take the NS of the zone itself away, without which it is not answered",
                   "write in `data` the name servers that it is to have");
    wish_.kind = Wish::Kind::absent;
    wish_.ttl.reset();
    return {};
  }

  Result<void> read_data(const char* key, Wish::Kind kind) {
    wish_.kind = kind;
    auto data = data_of(key, map_.at(key));
    if (!data) return tl::unexpected(std::move(data).error());
    wish_.data = std::move(*data);
    return {};
  }

  /// Each element is what `equals` would be: a text, or a list of them.
  Result<void> read_one_of() {
    wish_.kind = Wish::Kind::one_of;
    const auto* list = value<ValueList>("one_of");
    if (!list || list->size() < 2)
      return wrong("has a `one_of` that names fewer than two",
                   "write one_of: [192.0.2.1, 192.0.2.2]; several records that belong together are a list in "
                   "the list");
    for (const Value& choice : *list) {
      auto data = data_of("one_of", choice);
      if (!data) return tl::unexpected(std::move(data).error());
      wish_.choices.push_back(std::move(*data));
    }
    return {};
  }

  Result<std::vector<std::string>> data_of(const char* key, const Value& written) const {
    auto texts = texts_in(key, written);
    if (!texts) return tl::unexpected(std::move(texts).error());
    for (const std::string& text : *texts)
      if (names_a_host(wish_.key.type) && !text.ends_with('.'))
        return wrong("has \"" + printable_line(text) + "\", a name without its final dot",
                     with_final_dot(text, zone_));
    auto data = written_set(wish_.key.type, *texts);
    if (!data) return wrong("is wrong: " + data.error().message);
    if (data->empty()) return wrong("is an empty list", "write absent: true");
    return data;
  }

  Result<void> read_contains() {
    if (wish_.key.type != "TXT") return read_data("contains", Wish::Kind::contains);
    wish_.kind = Wish::Kind::contains;
    auto texts = texts_in("contains", map_.at("contains"));
    if (!texts) return tl::unexpected(std::move(texts).error());
    wish_.data = std::move(*texts);
    return {};
  }

  Result<void> read_replace() {
    const auto* replace = value<ValueMap>("replace");
    const Value* match = replace ? map_.at("replace").find("match") : nullptr;
    const Value* with = replace ? map_.at("replace").find("with") : nullptr;
    const bool complete =
        match && with && replace->size() == 2 && match->get<std::string>() && with->get<std::string>();
    if (wish_.key.type != "TXT" || !complete || match->get<std::string>()->empty())
      return wrong("has a `replace` that cannot be read",
                   "write {type: TXT, replace: {match: \"v=spf1\", with: \"v=spf1 mx -all\"}}");
    wish_.kind = Wish::Kind::replaced;
    wish_.match = *match->get<std::string>();
    wish_.data = {txt_data(*with->get<std::string>())};
    return {};
  }

  Result<std::vector<std::string>> texts_in(const char* key, const Value& value) const {
    std::vector<std::string> texts;
    const auto* list = value.get<ValueList>();
    for (const Value& item : list ? *list : ValueList{value}) {
      const auto* text = item.get<std::string>();
      if (!text) return wrong("has a `" + std::string(key) + "` that is no text", "put quotes around it");
      texts.push_back(*text);
    }
    return texts;
  }

  template <class T>
  const T* value(const char* key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : found->second.get<T>();
  }

  const ValueMap& map_;
  std::string where_;
  const std::string& zone_;
  Wish wish_;
};

}  // namespace

Result<Wish> read_wish(const ValueMap& map, std::string where, const std::string& zone, bool to_make) {
  return Entry(map, std::move(where), zone, to_make).read();
}

}  // namespace mxodus::dns
