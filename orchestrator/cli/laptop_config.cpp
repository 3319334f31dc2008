#include "orchestrator/cli/laptop_config.h"

#include "orchestrator/core/file.h"
#include "orchestrator/playbook/node.h"
#include "orchestrator/playbook/yaml_reader.h"

namespace mxodus {
namespace {

constexpr std::size_t config_limit = 64u << 10;

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  Result<LaptopConfig> read(const Node& root) {
    LaptopConfig config;
    for (const Node::Entry& entry : root.entries()) {
      auto taken = take(config, entry);
      if (!taken) return tl::unexpected(taken.error());
    }
    return config;
  }

 private:
  tl::unexpected<Error> wrong(const Node::Entry& entry, const std::string& what) const {
    Error error{
        ErrorKind::invalid, "config.key", "`" + entry.key + "` " + what, {}, at(file_, entry.key_mark)};
    return tl::unexpected(std::move(error));
  }

  Result<void> take(LaptopConfig& config, const Node::Entry& entry) {
    if (entry.key == "resolver") {
      for (const Node::Entry& setting : entry.value.entries())
        if (auto taken = take(config.resolver, setting); !taken) return taken;
      return {};
    }
    if (entry.key != "plan_max_age") return wrong(entry, "is no setting of this file");
    auto age = parse_duration(entry.value.text());
    if (!age) return tl::unexpected(age.error());
    config.plan_max_age = *age;
    return {};
  }

  Result<void> take(ResolverSettings& resolver, const Node::Entry& entry) {
    if (entry.key == "forwarders") return texts(entry, resolver.forwarders);
    if (entry.key == "trust_anchors") return texts(entry, resolver.trust_anchors);
    if (entry.key == "insecure_zones") return texts(entry, resolver.insecure_zones);
    if (entry.key == "ask_for") return texts(entry, resolver.ask_for);
    if (entry.key == "root_hints") {
      resolver.root_hints = entry.value.text();
      return {};
    }
    if (entry.key != "stubs") return wrong(entry, "is no setting of the resolver");
    for (const Node::Entry& stub : entry.value.entries()) {
      ResolverSettings::Stub made{stub.key == "." ? "" : stub.key, {}};
      if (auto taken = texts(stub, made.servers); !taken) return taken;
      resolver.stubs.push_back(std::move(made));
    }
    return {};
  }

  Result<void> texts(const Node::Entry& entry, std::vector<std::string>& into) const {
    if (!entry.value.is_list()) return wrong(entry, "is to be a list");
    into.clear();
    for (const Node& item : entry.value.items()) into.push_back(item.text());
    return {};
  }

  std::string file_;
};

}  // namespace

Result<LaptopConfig> read_laptop_config(const std::filesystem::path& file) {
  auto text = read_file(file, config_limit);
  if (!text && text.error().kind == ErrorKind::not_found) return LaptopConfig();
  if (!text) return tl::unexpected(text.error());
  Faults faults(file.string());
  const auto root = read_yaml(*text, faults);
  if (!faults.empty() || !root) return tl::unexpected(faults.take().front());
  return Reader(file.string()).read(*root);
}

}  // namespace mxodus
