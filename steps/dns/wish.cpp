#include "steps/dns/wish.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus::dns {
namespace {

// Of a new RRset without a `ttl`: short, because a move goes on and a mistake wants to be taken back.
constexpr std::uint32_t kNewTtl = 300;
constexpr std::int64_t kLongestTtl = 7 * 86400;

bool names_a_host(const std::string& type) {
  return type == "MX" || type == "CNAME" || type == "NS" || type == "PTR" || type == "SRV" || type == "DNAME";
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
        wish_.to_make
            ? std::vector<std::string>{"name", "type", "ttl", "data", "absent", "replace"}
            : std::vector<std::string>{"name", "type", "ttl", "equals", "contains", "absent", "replace"};
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
    const std::vector<std::string> kinds = {"data", "absent", "replace", "equals", "contains"};
    const auto given =
        std::count_if(kinds.begin(), kinds.end(), [&](const auto& k) { return map_.contains(k); });
    if (given > 1) return wrong("says more than one of " + join(kinds, ", "));
    if (map_.contains("data")) return read_data("data", Wish::Kind::equals);
    if (map_.contains("equals")) return read_data("equals", Wish::Kind::equals);
    if (map_.contains("contains")) return read_contains();
    if (map_.contains("replace")) return read_replace();
    if (map_.contains("absent")) {
      const auto* absent = value<bool>("absent");
      if (!absent || !*absent) return wrong("has `absent`, which can only be true");
      wish_.kind = Wish::Kind::absent;
      return {};
    }
    if (wish_.to_make && !wish_.ttl)
      return wrong("does not say what to make of it", "add data, ttl, replace, or absent: true");
    return {};
  }

  Result<void> read_data(const char* key, Wish::Kind kind) {
    wish_.kind = kind;
    auto texts = texts_at(key);
    if (!texts) return tl::unexpected(std::move(texts).error());
    for (const std::string& text : *texts)
      if (names_a_host(wish_.key.type) && !text.ends_with('.'))
        return wrong("has \"" + printable_line(text) + "\", a name without its final dot",
                     "write " + text + ".");
    auto canonical = canonical_set(wish_.key.type, *texts);
    if (!canonical) return wrong("is wrong: " + canonical.error().message);
    if (canonical->empty()) return wrong("is an empty list", "write absent: true");
    wish_.data = std::move(*canonical);
    return {};
  }

  Result<void> read_contains() {
    if (wish_.key.type != "TXT") return read_data("contains", Wish::Kind::contains);
    wish_.kind = Wish::Kind::contains;
    auto texts = texts_at("contains");
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

  Result<std::vector<std::string>> texts_at(const char* key) const {
    std::vector<std::string> texts;
    const Value& value = map_.at(key);
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

bool begins_with(const std::string& data, const std::string& beginning) {
  const auto text = txt_text(data);
  return text && text->starts_with(beginning);
}

std::vector<std::string> canonical_or_raw(const std::string& type, const std::vector<std::string>& data) {
  std::vector<std::string> result;
  for (const std::string& one : data) result.push_back(canonical_data(type, one).value_or(one));
  return result;
}

}  // namespace

std::string Wish::text() const {
  const std::string whose = key.type + " of " + key.name;
  switch (kind) {
    case Kind::exists:
      return whose + " is to be there";
    case Kind::equals:
      return whose + " is to be " + printable_line(join(data, ", "));
    case Kind::contains:
      return whose + " is to contain " + printable_line(join(data, ", "));
    case Kind::absent:
      return whose + " is to be absent";
    case Kind::replaced:
      return whose + " is to have " + printable_line(data.front()) + " as its only text that begins with " +
             printable_line(match, 40);
  }
  return whose;
}

bool Wish::met_by(const std::vector<std::string>& found) const {
  const auto has = [&](const std::string& wanted) {
    return std::any_of(found.begin(), found.end(), [&](const std::string& one) {
      return kind == Kind::contains && key.type == "TXT" ? begins_with(one, wanted)
                                                         : same_data(key.type, {one}, {wanted});
    });
  };
  switch (kind) {
    case Kind::exists:
      return !found.empty();
    case Kind::equals:
      return same_data(key.type, found, data);
    case Kind::contains:
      return std::all_of(data.begin(), data.end(), has);
    case Kind::absent:
      return found.empty();
    case Kind::replaced:
      return has(data.front()) && std::count_if(found.begin(), found.end(), [&](const std::string& one) {
                                    return begins_with(one, match);
                                  }) <= 1;
  }
  return false;
}

Result<std::vector<Wish>> read_wishes(const Params& params, const std::string& zone) {
  std::vector<Wish> wishes;
  for (const char* name : {"records", "set"}) {
    const auto* list = params.at(name).get<ValueList>();
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const auto* map = (*list)[i].get<ValueMap>();
      const std::string where = "entry " + std::to_string(i + 1) + " of `" + name + "`";
      if (!map)
        return fail(ErrorKind::invalid, "dns.entry", where + " is no map", "write {name: mail, type: A, …}");
      auto wish = Entry(*map, where, zone, std::string(name) == "set").read();
      if (!wish) return tl::unexpected(std::move(wish).error());
      const bool twice = wish->to_make && std::any_of(wishes.begin(), wishes.end(), [&](const Wish& other) {
                           return other.to_make && other.key == wish->key;
                         });
      if (twice)
        return fail(ErrorKind::invalid, "dns.entry",
                    where + " sets " + wish->key.type + " of " + wish->key.name + " a second time");
      wishes.push_back(std::move(*wish));
    }
  }
  return wishes;
}

Result<StoredRRset> grant(const Wish& wish, const StoredRRset& before, std::uint32_t ttl_floor) {
  StoredRRset after = before;
  const std::uint32_t kept = before.exists() ? before.rrset.ttl : kNewTtl;
  after.rrset.ttl = wish.ttl.value_or(std::max(kept, ttl_floor));
  switch (wish.kind) {
    case Wish::Kind::equals:
      if (!same_data(wish.key.type, before.rrset.data, wish.data)) after.rrset.data = wish.data;
      break;
    case Wish::Kind::absent:
      after.rrset.data.clear();
      break;
    case Wish::Kind::replaced: {
      auto data = canonical_or_raw(wish.key.type, before.rrset.data);
      const auto begins = [&](const std::string& one) { return begins_with(one, wish.match); };
      const auto count = std::count_if(data.begin(), data.end(), begins);
      if (count > 1)
        return fail(ErrorKind::refused, "dns.ambiguous",
                    std::to_string(count) + " texts of " + wish.key.name + " begin with " +
                        printable_line(wish.match, 40) +
                        ": remove the wrong ones first, which mxodus cannot know");
      data.erase(std::remove_if(data.begin(), data.end(), begins), data.end());
      data.push_back(wish.data.front());
      if (!same_data(wish.key.type, before.rrset.data, data)) after.rrset.data = std::move(data);
      break;
    }
    case Wish::Kind::exists:
    case Wish::Kind::contains:
      break;
  }
  if (!after.exists()) after.rrset.ttl = before.rrset.ttl;
  return after;
}

}  // namespace mxodus::dns
