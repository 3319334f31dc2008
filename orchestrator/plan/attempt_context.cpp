#include "orchestrator/plan/attempt_context.h"

#include <cstdio>
#include <cstdlib>

namespace mxodus {

AttemptContext::AttemptContext(const Environment& environment, Params params, Standpoint standpoint,
                               Deadline deadline)
    : environment_(environment),
      params_(std::move(params)),
      standpoint_(std::move(standpoint)),
      deadline_(std::move(deadline)) {
  Host* there = standpoint_.vantage.empty() ? nullptr : environment_.hosts.host(standpoint_.vantage);
  if (!there) return;
  dns_there_.emplace(environment_.dns, standpoint_.vantage,
                     [there](const std::string& address, std::uint16_t port, const Deadline& until) {
                       return there->dial({address, port}, until);
                     });
}

DnsAsker& AttemptContext::dns() {
  return dns_there_ ? static_cast<DnsAsker&>(*dns_there_) : environment_.dns;
}

HostReader& AttemptContext::host() {
  Host* host = environment_.hosts.host(standpoint_.host);
  if (!host) {
    std::fprintf(stderr, "mxodus: a step type asked for the host of a step that has none [this is a bug]\n");
    std::abort();
  }
  return reader_of(*host);
}

Result<HostReader*> AttemptContext::host_named(const std::string& name) {
  if (Host* host = environment_.hosts.host(name)) return &reader_of(*host);
  return fail(ErrorKind::not_found, "host.unknown", "the playbook has no host named " + name);
}

HostReader& AttemptContext::vantage() {
  Host* host = standpoint_.vantage.empty() ? nullptr : environment_.hosts.host(standpoint_.vantage);
  return reader_of(host ? *host : environment_.hosts.laptop());
}

HostReader& AttemptContext::reader_of(Host& host) {
  return readers_.try_emplace(&host, host, environment_.redactor).first->second;
}

void AttemptContext::keep_evidence(const std::string& name, std::string_view content) {
  evidence_.push_back({name, std::string(content)});
}

}  // namespace mxodus
