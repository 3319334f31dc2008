#include <filesystem>
#include <map>
#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/asker.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds patience{20};

struct Options {
  std::string playbook;
  std::string domain;
  std::string out;
};

/// Where playbooks are installed, and beside the program for a build that is not installed.
std::vector<fs::path> playbook_folders() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  return {program / "../share/mxodus/playbooks", program / "../../playbooks", "/usr/share/mxodus/playbooks"};
}

Result<std::string> installed_playbook(const std::string& name) {
  std::vector<std::string> known;
  for (const fs::path& folder : playbook_folders()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.path().extension() != ".yaml") continue;
      if (entry.path().stem() == name) return read_file(entry.path(), 8u << 20);
      known.push_back(entry.path().stem());
    }
  }
  return fail(ErrorKind::not_found, "init.no-playbook",
              "there is no installed playbook " + printable_line(name, 60),
              known.empty() ? "is mxodus installed as a whole?" : "there are: " + join(known, ", "));
}

/// What the DNS tells of a domain: values for the lines marked `# init: KEY`, and a summary for the head of
/// the file.
struct Told {
  std::map<std::string, std::string> values;
  std::string summary;
};

void note(Told& told, const DnsAnswer& answer, const std::string& what) {
  if (answer.status != DnsStatus::data) {
    told.summary += "#   " + what + ": not found\n";
    return;
  }
  for (const std::string& data : answer.rrset.data)
    told.summary += "#   " + what + ": " + printable_line(data, 100) + " (TTL " +
                    std::to_string(answer.rrset.ttl) + " s)\n";
}

Told ask_dns(DnsAsker& dns, const std::string& domain) {
  Told told;
  told.values["domain"] = domain;
  const Deadline deadline(patience);
  const DnsAnswer mx = dns.resolve(domain, "MX", deadline);
  note(told, mx, "MX");
  note(told, dns.resolve(domain, "NS", deadline), "NS");
  if (mx.status != DnsStatus::data) return told;
  std::string name = split(mx.rrset.data.front(), ' ').back();
  if (name.ends_with('.')) name.pop_back();
  told.values["mx"] = name;
  for (const auto& [type, key] : {std::pair("A", "ipv4"), std::pair("AAAA", "ipv6")}) {
    const DnsAnswer address = dns.resolve(name, type, deadline);
    note(told, address, std::string(type) + " of " + name);
    if (address.status == DnsStatus::data) told.values[key] = address.rrset.data.front();
  }
  return told;
}

/// `{type: X, …}   # init: KEY` becomes `{default: VALUE, type: X, …}`.
std::string filled_in(const std::string& text, const Told& told) {
  std::string result;
  for (std::string line : split(text, '\n')) {
    const std::size_t mark = line.find("# init: ");
    const std::size_t brace = line.find('{');
    if (mark != std::string::npos && brace < mark) {
      const auto value = told.values.find(line.substr(mark + 8));
      line.erase(line.find_last_not_of(' ', mark - 1) + 1);
      if (value != told.values.end())
        line.insert(brace + 1, "default: \"" + printable_line(value->second, 200) + "\", ");
    }
    result += line + "\n";
  }
  result.pop_back();
  return result;
}

int init(const Options& options) {
  auto text = installed_playbook(options.playbook);
  if (!text) return report(text.error());
  const fs::path out = options.out.empty() ? options.playbook + ".yaml" : options.out;
  if (fs::exists(out))
    return report({ErrorKind::refused,
                   "init.exists",
                   out.string() + " is there already and is left as it is",
                   {},
                   {},
                   "choose another name with -o"});
  Told told;
  if (!options.domain.empty()) {
    const Catalog catalog = make_catalog();
    auto session = Session::open(Playbook(), {}, catalog, false);
    if (!session) return report(session.error());
    told = ask_dns((*session)->environment().dns, options.domain);
  }
  std::string content = filled_in(*text, told);
  if (!told.summary.empty())
    content = "# What the DNS said of " + options.domain + " when this file was made:\n" + told.summary +
              "#\n" + content;
  if (auto written = write_file_durably(out, content); !written) return report(written.error());
  std::fprintf(stderr, "%s is written; read it from top to bottom, the hosts first.\n", out.c_str());
  suggest("mxodus doctor " + shell_quote(out.string()));
  return exit_done;
}

}  // namespace

void add_init(Cli& cli) {
  auto options = std::make_shared<Options>();
  CLI::App& command =
      cli.command("init", "Begin a playbook from an installed one, with what the DNS tells of the domain.",
                  {"mxodus init emergency-move --domain example.org"}, [options] { return init(*options); });
  command.add_option("playbook", options->playbook, "an installed playbook, such as emergency-move")
      ->required();
  command.add_option("--domain", options->domain, "the mail domain to ask the DNS about");
  command.add_option("-o,--out", options->out, "the file to write; default NAME.yaml");
}

}  // namespace mxodus
