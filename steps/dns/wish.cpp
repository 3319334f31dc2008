#include "steps/dns/wish.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/owner_name.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/dmarc/record.h"
#include "orchestrator/mail/spf/record.h"
#include "steps/dns/wish_entry.h"

namespace mxodus::dns {
namespace {

// Of a new RRset without a `ttl`: short, because a move goes on and a mistake wants to be taken back.
constexpr std::uint32_t kNewTtl = 300;

bool begins_with(const std::string& data, const std::string& beginning) {
  const auto text = txt_text(data);
  return text && text->starts_with(beginning);
}

/// Why receivers would take none of the texts: two say what the policy is. Empty: they do not.
std::string two_policies(const StoredRRset& set) {
  if (set.rrset.type != "TXT") return "";
  for (const auto& [policy, version] :
       {std::pair(&spf::is_record, "v=spf1"), std::pair(&dmarc::is_record, "v=DMARC1")}) {
    const auto count = std::count_if(
        set.rrset.data.begin(), set.rrset.data.end(),
        [is_policy = policy](const std::string& one) { return is_policy(txt_text(one).value_or("")); });
    if (count > 1)
      return set.rrset.name + " would have " + std::to_string(count) + " texts that begin with " + version +
             ", of which receivers take none: let `match` be the beginning of the one that is to go";
  }
  return "";
}

/// A CNAME that is to be made where something else is to be made too.
bool cannot_stand_beside(const Wish& wish, const Wish& other) {
  const bool both = wish.gives_data() && other.gives_data() && wish.key.name == other.key.name;
  return both && (wish.key.type == "CNAME") != (other.key.type == "CNAME");
}

}  // namespace

std::string Wish::text() const {
  std::string whose = key.type + " of " + shown_owner(key.name);
  switch (kind) {
    case Kind::exists:
      return whose + " is to be there";
    case Kind::equals:
      return whose + " is to be " + printable_line(join(data, ", "));
    case Kind::one_of: {
      std::vector<std::string> texts;
      for (const auto& choice : choices) texts.push_back(join(choice, ", "));
      return whose + " is to be " + printable_line(join(texts, " or "));
    }
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
    case Kind::one_of:
      return std::any_of(choices.begin(), choices.end(),
                         [&](const auto& choice) { return same_data(key.type, found, choice); });
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

bool Wish::gives_data() const {
  return to_make && (kind == Kind::equals || kind == Kind::replaced);
}

bool Wish::adds_beside(const std::vector<std::string>& found) const {
  return kind == Kind::replaced && !met_by(found) &&
         std::none_of(found.begin(), found.end(), [&](const auto& one) { return begins_with(one, match); });
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
      auto wish = read_wish(*map, where, zone, std::string(name) == "set");
      if (!wish) return tl::unexpected(std::move(wish).error());
      const bool twice = wish->to_make && std::any_of(wishes.begin(), wishes.end(), [&](const Wish& other) {
                           return other.to_make && other.key == wish->key;
                         });
      if (twice)
        return fail(
            ErrorKind::invalid, "dns.entry",
            where + " sets " + wish->key.type + " of " + shown_owner(wish->key.name) + " a second time");
      const auto beside = std::find_if(wishes.begin(), wishes.end(),
                                       [&](const Wish& other) { return cannot_stand_beside(*wish, other); });
      if (beside != wishes.end())
        return fail(ErrorKind::invalid, "dns.entry",
                    where + " sets " + wish->key.type + " of " + shown_owner(wish->key.name) +
                        " beside its " + beside->key.type + ", and a CNAME stands alone (RFC 1034, 3.6.2)");
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
      auto data = before.rrset.data;
      const auto begins = [&](const std::string& one) {
        return begins_with(canonical_data(wish.key.type, one).value_or(one), wish.match);
      };
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
      if (!before.exists())
        return fail(ErrorKind::refused, "dns.no-rrset",
                    "there is no " + wish.key.type + " of " + wish.key.name + " to give a TTL");
      break;
    case Wish::Kind::contains:
    case Wish::Kind::one_of:
      break;
  }
  if (std::string fault = two_policies(after); !fault.empty() && after.rrset.data != before.rrset.data)
    return fail(ErrorKind::refused, "dns.two-policies", fault);
  if (!after.exists()) after.rrset.ttl = before.rrset.ttl;
  return after;
}

}  // namespace mxodus::dns
