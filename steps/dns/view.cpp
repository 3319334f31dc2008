#include "steps/dns/view.h"

#include <algorithm>

#include "orchestrator/core/advice.h"
#include "orchestrator/core/parallel.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/remembering_asker.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kAtOnce = 16;

/// One question to one server, and where its answer goes.
struct Question {
  const RRsetKey* key;
  bool recurse;
  Sighting* into;
};

void ask_all(const std::vector<Question>& questions, DnsAsker& dns, const Deadline& deadline) {
  in_parallel(questions.size(), kAtOnce, [&](std::size_t at) {
    const Question& question = questions[at];
    if (question.into->address.empty()) {
      question.into->answer.note = "not all of its addresses could be found";
      return;
    }
    question.into->answer = dns.ask_server(question.into->address, question.key->name, question.key->type,
                                           question.recurse, deadline);
  });
}

using Servers = std::vector<DnsAsker::AuthoritativeServer>;

void add_unnamed(Servers& servers, const Servers& besides) {
  const Servers named = servers;
  for (const auto& server : besides)
    if (std::none_of(named.begin(), named.end(),
                     [&](const auto& known) { return known.name == server.name; }))
      servers.push_back(server);
}

std::string seen_text(const Sighting& seen) {
  switch (seen.answer.status) {
    case DnsStatus::data:
      return printable_line(join(seen.answer.rrset.data, ", "));
    case DnsStatus::no_data:
      return "no such record";
    case DnsStatus::nxdomain:
      return "no such name";
    default:
      return "nothing (" + printable_line(seen.answer.note) + ")";
  }
}

bool agrees(const Wish& wish, const Sighting& seen) {
  if (!shows(wish, seen.answer)) return false;
  if (!wish.ttl || seen.answer.rrset.data.empty()) return true;
  return seen.answer.rrset.ttl == *wish.ttl;
}

}  // namespace

std::string who(const Sighting& seen) {
  return seen.name + (seen.address.empty() ? "" : " at " + seen.address);
}

bool Sighting::answered() const {
  return answer.status == DnsStatus::data || answer.status == DnsStatus::no_data ||
         answer.status == DnsStatus::nxdomain;
}

World look_around(const std::vector<RRsetKey>& keys, const std::string& zone,
                  const std::vector<std::string>& resolvers, DnsAsker& dns, const Deadline& deadline,
                  const std::vector<DnsAsker::AuthoritativeServer>& besides) {
  World world;
  world.views.resize(keys.size());
  auto servers = dns.authoritative_servers(zone, deadline);
  if (!servers) world.trouble = with_advice(servers.error());
  if (servers) add_unnamed(*servers, besides);

  std::vector<std::pair<std::string, std::string>> own;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    View& view = world.views[i];
    own.emplace_back(keys[i].name, keys[i].type);
    if (servers)
      for (const auto& server : *servers) view.servers.push_back({server.name, server.address, {}});
    for (const std::string& address : resolvers) view.resolvers.push_back({"resolver", address, {}});
  }
  std::vector<Question> questions;  // after the vectors have their final size: it points into them
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (Sighting& seen : world.views[i].servers) questions.push_back({&keys[i], false, &seen});
    for (Sighting& seen : world.views[i].resolvers) questions.push_back({&keys[i], true, &seen});
  }
  ask_all(questions, dns, deadline);
  std::vector<DnsAnswer> answers = dns.resolve_all(own, deadline);
  for (std::size_t i = 0; i < keys.size(); ++i)
    world.views[i].resolvers.push_back({"own resolver", "", std::move(answers[i])});
  return world;
}

bool shows(const Wish& wish, const DnsAnswer& answer) {
  if (wish.kind == Wish::Kind::absent && !answer.canonical.empty()) return true;
  return wish.met_by(answer.rrset.data);
}

Standing standing_of(const Wish& wish, const View& view) {
  Standing standing;
  for (const Sighting& seen : view.servers) {
    ++standing.servers;
    if (!seen.answered()) ++standing.unknown;
    if (seen.answered() && agrees(wish, seen)) {
      ++standing.agree;
    } else if (standing.trouble.empty()) {
      standing.trouble = who(seen) + " answers " + seen_text(seen);
    }
  }
  for (const Sighting& seen : view.resolvers) {
    standing.unheard |= !seen.answered();
    if (!seen.answered() && !seen.address.empty())
      standing.silent.push_back("the resolver " + seen.address + " does not say what " + wish.key.type +
                                " of " + wish.key.name + " is: " + to_string(seen.answer.status) +
                                (seen.answer.note.empty() ? "" : ", " + printable_line(seen.answer.note)));
    if (seen.answer.status == DnsStatus::bogus && standing.bogus.empty())
      standing.bogus = printable_line(seen.answer.note.empty() ? "no reason given" : seen.answer.note);
    if (!seen.answered() || shows(wish, seen.answer)) continue;
    standing.cached = true;
    const bool data = seen.answer.status == DnsStatus::data;
    const Duration left{std::chrono::seconds(data ? seen.answer.rrset.ttl : seen.answer.negative_ttl)};
    standing.cached_for = std::max(standing.cached_for.value_or(Duration{}), left);
  }
  return standing;
}

}  // namespace mxodus::dns
