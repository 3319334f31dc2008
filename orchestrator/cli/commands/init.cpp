#include <filesystem>
#include <map>
#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/playbook_draft.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds patience{20};
constexpr std::size_t playbook_limit = 8u << 20;

struct InitArguments {
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

/// By name; the first folder that has one wins.
std::map<std::string, fs::path> installed_playbooks() {
  std::map<std::string, fs::path> found;
  for (const fs::path& folder : playbook_folders()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".yaml") found.emplace(entry.path().stem(), entry.path());
  }
  return found;
}

/// The first line of a playbook says what it is for.
std::string first_comment(const fs::path& file) {
  const auto text = read_file(file, playbook_limit);
  const std::string line = text ? split(*text, '\n').front() : std::string();
  return line.starts_with('#') ? printable_line(trim(std::string_view(line).substr(1)), 200) : std::string();
}

int list_playbooks(const Style& style) {
  const auto installed = installed_playbooks();
  std::string text;
  for (const auto& [name, file] : installed)
    text += wrap(pad(name, 20) + " " + first_comment(file), style.width - 1, 21) + "\n";
  const int code = print(text);
  suggest("mxodus init " + (installed.empty() ? "PLAYBOOK" : installed.begin()->first) +
          " --domain example.org");
  return code;
}

Result<std::string> installed_playbook(const std::string& name) {
  const auto installed = installed_playbooks();
  if (const auto found = installed.find(name); found != installed.end())
    return read_file(found->second, playbook_limit);
  std::vector<std::string> known;
  for (const auto& [other, file] : installed) known.push_back(other);
  const std::string near = nearest(name, known);
  return fail(ErrorKind::not_found, "init.no-playbook",
              "there is no installed playbook " + printable_line(name, 60),
              known.empty()  ? "is mxodus installed as a whole?"
              : near.empty() ? "there are: " + join(known, ", ")
                             : "did you mean " + near + "?");
}

Result<DomainFacts> facts_about(const Cli& cli, const std::string& domain) {
  if (domain.empty()) return DomainFacts();
  const Catalog catalog = make_catalog();
  auto session = Session::open(Playbook(), {}, catalog, false);
  if (!session) return tl::unexpected(session.error());
  if (!cli.quiet) std::fprintf(stderr, "Asking the DNS about %s.\n", printable_line(domain, 253).c_str());
  return ask_about((*session)->environment().dns, domain, Deadline(patience));
}

int init(const Cli& cli, const InitArguments& options) {
  if (options.playbook.empty()) return list_playbooks(cli.out());
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
  std::string domain = options.domain;
  if (domain.empty() && has_terminal() && !cli.no_input)
    domain = trim(ask_line("The mail domain, to ask the DNS about (Enter for none)?").value_or(""));
  if (!domain.empty() && !canonical_hostname(domain))
    return report({ErrorKind::invalid,
                   "init.domain",
                   "\"" + printable_line(domain, 60) + "\" is not the name of a domain",
                   {},
                   {},
                   "write it as example.org"});
  const auto facts = facts_about(cli, domain);
  if (!facts) return report(facts.error());
  const std::string draft = draft_playbook(*text, domain, *facts, system_clock().now());
  if (auto written = write_file_durably(out, draft); !written) return report(written.error());
  if (!facts->exists)
    std::fprintf(stderr,
                 "the DNS knows no domain %s: nothing of it could be filled in; see how it is spelt\n",
                 domain.c_str());
  for (const std::string& what : facts->unasked)
    std::fprintf(stderr, "could not be asked, fill it in by hand: %s\n", what.c_str());
  std::fprintf(stderr, "%s is written; read it from top to bottom, the hosts first.\n", out.c_str());
  suggest("mxodus doctor " + shell_quote(out.string()));
  return exit_done;
}

}  // namespace

void add_init(Cli& cli) {
  auto options = std::make_shared<InitArguments>();
  CLI::App& command =
      cli.command("init", "Begin a playbook from an installed one, with what the DNS tells of the domain.",
                  {"mxodus init", "mxodus init emergency-move --domain example.org"},
                  [&cli, options] { return init(cli, *options); });
  command.add_option("playbook", options->playbook,
                     "an installed playbook, such as emergency-move; without it they are listed");
  command.add_option("--domain", options->domain, "the mail domain to ask the DNS about");
  command.add_option("-o,--out", options->out, "the file to write; default NAME.yaml");
}

}  // namespace mxodus
