#include "orchestrator/dns/unbound_context.h"

#include <unistd.h>

#include <algorithm>
#include <mutex>

#include <sys/mman.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {
namespace {

/// libunbound's parser and parts of its configuration are global to the process.
std::mutex& configuration_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// Collects lines and refuses values that would break out of their quotes.
class Configuration {
 public:
  void section(const std::string& name) { text_ += name + ":\n"; }
  void line(const std::string& key, const std::string& value, const std::string& after = {}) {
    for (const char c : value) sane_ = sane_ && c >= ' ' && c != '"' && c != '\\' && c != 0x7f;
    text_ += "  " + key + ": \"" + value + "\"" + after + "\n";
  }
  void servers(const std::string& key, const std::vector<std::string>& addresses) {
    for (const std::string& address : addresses) line(key, address);
  }
  Result<std::string> finish() && {
    if (!sane_)
      return fail(ErrorKind::invalid, "dns.settings",
                  "a setting of the resolver holds a quote or a line break");
    return std::move(text_);
  }

 private:
  std::string text_;
  bool sane_ = true;
};

std::string absolute(const std::string& zone) {
  return zone.ends_with('.') ? zone : zone + ".";
}

bool asks_this_machine(const ResolverSettings& settings) {
  const auto here = [](const std::string& address) {
    return address.starts_with("127.") || address == "::1" || address.starts_with("::1@");
  };
  if (!settings.root_hints.empty()) return true;  // a root of one's own may stand here
  const auto any = [&](const std::vector<std::string>& addresses) {
    return std::any_of(addresses.begin(), addresses.end(), here);
  };
  return any(settings.forwarders) || std::any_of(settings.stubs.begin(), settings.stubs.end(),
                                                 [&](const auto& stub) { return any(stub.servers); });
}

tl::unexpected<Error> refused(const char* what, int code) {
  return fail(ErrorKind::io, "dns.resolver",
              std::string("our own resolver could not be set up, ") + what + ": " + ub_strerror(code));
}

}  // namespace

std::vector<std::string> root_trust_anchors() {
  return {". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
          ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"};
}

Result<std::string> unbound_configuration(const ResolverSettings& settings) {
  Configuration configuration;
  configuration.section("server");
  configuration.line("module-config", settings.trust_anchors.empty() ? "iterator" : "validator iterator");
  configuration.line("verbosity", "0");
  // As a library it has 16 sockets, and so many questions in flight. They are opened when they are needed.
  configuration.line("outgoing-range", std::to_string(kQuestionsInFlight));
  if (asks_this_machine(settings)) configuration.line("do-not-query-localhost", "no");
  if (!settings.root_hints.empty()) configuration.line("root-hints", settings.root_hints);
  for (const std::string& anchor : settings.trust_anchors) configuration.line("trust-anchor", anchor);
  for (const std::string& zone : settings.insecure_zones)
    configuration.line("domain-insecure", absolute(zone));
  for (const std::string& zone : settings.ask_for)
    configuration.line("local-zone", absolute(zone), " nodefault");
  for (const ResolverSettings::Stub& stub : settings.stubs) {
    configuration.section("stub-zone");
    configuration.line("name", absolute(stub.zone));
    configuration.servers("stub-addr", stub.servers);
  }
  if (!settings.forwarders.empty()) {
    configuration.section("forward-zone");
    configuration.line("name", ".");
    configuration.servers("forward-addr", settings.forwarders);
  }
  return std::move(configuration).finish();
}

Result<UnboundContext> open_unbound(const std::string& configuration) {
  const std::lock_guard lock(configuration_mutex());
  UnboundContext context(ub_ctx_create(), ub_ctx_delete);
  if (!context)
    return fail(ErrorKind::io, "dns.resolver", "our own resolver could not be made: " + errno_text());
  if (const int code = ub_ctx_debugout(context.get(), nullptr)) return refused("its log", code);
  if (const int code = ub_ctx_async(context.get(), 1)) return refused("its thread", code);

  // libunbound reads a stub with a port from a file alone; this one exists in memory only.
  const UniqueFd file(::memfd_create("unbound.conf", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(configuration.size());
  if (!file || ::write(file.get(), configuration.data(), configuration.size()) != size)
    return fail(ErrorKind::io, "dns.resolver",
                "the settings of our own resolver could not be handed over: " + errno_text());
  const std::string path = "/proc/self/fd/" + std::to_string(file.get());
  if (const int code = ub_ctx_config(context.get(), path.c_str())) return refused("its settings", code);
  return context;
}

Result<void> try_unbound(const std::string& configuration) {
  auto context = open_unbound(configuration);
  if (!context) return tl::unexpected(std::move(context).error());
  const std::lock_guard lock(configuration_mutex());
  // Asks nothing, and makes it take up its settings.
  if (const int code = ub_ctx_zone_remove(context->get(), "mxodus.invalid."))
    return refused("its settings, look at trust_anchors", code);
  return {};
}

int start_question(ub_ctx& context, const std::string& absolute_name, int type, void* data,
                   ub_callback_type callback, int& id) {
  const std::lock_guard lock(configuration_mutex());
  return ub_resolve_async(&context, absolute_name.c_str(), type, 1, data, callback, &id);
}

}  // namespace mxodus
