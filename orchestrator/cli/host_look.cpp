#include "orchestrator/cli/host_look.h"

#include "orchestrator/core/parallel.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

bool was_down(const std::string& name, const Plan& plan, const RunState& state) {
  if (state.last > 1) return state.lost_hosts.contains(name);  // a run that has begun has written it down
  const auto planned = plan.hosts.find(name);
  return planned != plan.hosts.end() && !planned->second.trouble.empty();
}

SeenHost look_at_host(const std::string& name, HostDirectory& hosts, const Deadline& deadline) {
  SeenHost seen{name, SeenHost::State::unknown, false, {}};
  Host* host = hosts.host(name);
  if (!host) {
    seen.sentence = "the playbook has no such host any more";
    return seen;
  }
  const auto identity = host->identify(deadline);
  if (identity) {
    seen.state = SeenHost::State::answers;
    seen.sentence = "it answers";
    return seen;
  }
  const Error& why = identity.error();
  if (why.kind == ErrorKind::refused) seen.state = SeenHost::State::answers;
  if (why.kind == ErrorKind::unreachable || why.kind == ErrorKind::no_answer)
    seen.state = SeenHost::State::silent;
  seen.sentence = one_line(why);
  return seen;
}

}  // namespace

std::string_view to_string(SeenHost::State state) {
  switch (state) {
    case SeenHost::State::answers:
      return "answers";
    case SeenHost::State::silent:
      return "silent";
    case SeenHost::State::unknown:
      break;
  }
  return "unknown";
}

std::vector<std::string> hosts_to_look_at(const Plan& plan, const RunState& state) {
  std::vector<std::string> names;
  for (const auto& [name, host] : plan.hosts)
    if (host.may_be_down || state.lost_hosts.contains(name)) names.push_back(name);
  return names;
}

std::vector<SeenHost> look_at_hosts(const std::vector<std::string>& names, const Plan& plan,
                                    const RunState& state, HostDirectory& hosts,
                                    std::chrono::milliseconds patience) {
  std::vector<SeenHost> seen(names.size());
  const Deadline deadline(patience);
  in_parallel(names.size(), names.size(), [&](std::size_t i) {
    seen[i] = look_at_host(names[i], hosts, deadline);
    seen[i].was_down = was_down(names[i], plan, state);
  });
  return seen;
}

}  // namespace mxodus
