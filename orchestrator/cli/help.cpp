#include "orchestrator/cli/help.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t width = 79;
constexpr std::size_t name_width = 22;

/// "  name   what it is", wrapped; a long name has a line of its own.
std::string row(const std::string& name, const std::string& text) {
  const std::string wrapped = wrap(text, width - name_width, name_width);
  if (columns(name) + 4 > name_width)
    return "  " + name + (text.empty() ? "" : "\n" + std::string(name_width, ' ') + wrapped) + "\n";
  return pad("  " + name, name_width) + wrapped + "\n";
}

class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return row(trimmed(make_option_name(option, is_positional) + value_of(*option, is_positional)),
               make_option_desc(option) + (option->get_required() && !is_positional ? " (required)" : ""));
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return row(command->get_name(), command->get_description());
  }
  std::string make_description(const CLI::App* app) const override {
    return wrap(app->get_description(), width, 0) + "\n";
  }

 private:
  static std::string trimmed(const std::string& text) { return std::string(trim(text)); }
  /// What stands behind the name: nothing for a flag, the default, or the name again for "a value".
  static std::string value_of(const CLI::Option& option, bool is_positional) {
    if (is_positional || option.get_items_expected_max() == 0) return {};
    const std::string fallback = option.get_default_str();
    if (!fallback.empty()) return "=" + fallback;
    std::string name = option.get_lnames().front();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    return " " + name;
  }
};

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

void add_option_names(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
}

Error invalid(std::string message, std::string hint) {
  return {ErrorKind::invalid, "usage", std::move(message), {}, {}, std::move(hint)};
}

}  // namespace

void set_help(CLI::App& app) {
  const auto formatter = std::make_shared<HelpFormatter>();
  app.formatter(formatter);
  for (CLI::App* command : app.get_subcommands({})) command->formatter(formatter);
}

Error usage_error(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error) {
  const auto first = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return !word.empty() && word.front() != '-';
  });
  const auto chosen = app.get_subcommands();
  if (chosen.empty() && first != words.end()) {
    const std::string near = nearest(*first, command_names(app));
    return invalid("mxodus has no command " + printable_line(*first, 60),
                   near.empty() ? "mxodus --help lists them" : "did you mean mxodus " + near + "?");
  }
  if (chosen.empty()) return invalid("which command?", "mxodus --help lists them");
  std::vector<std::string> options;
  add_option_names(app, options);
  add_option_names(*chosen.front(), options);
  const std::string help = "mxodus " + chosen.front()->get_name() + " --help";
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name == "--" ||
        std::find(options.begin(), options.end(), name) != options.end())
      continue;
    const std::string near = nearest(name, options);
    return invalid("mxodus " + chosen.front()->get_name() + " has no option " + printable_line(name, 60),
                   near.empty() ? help : "did you mean " + near + "?");
  }
  return invalid(printable_line(error.what(), 400), help);
}

Error unknown_step_type(const Catalog& catalog, const std::string& name) {
  std::vector<std::string> names;
  for (const StepType* known : catalog.all()) names.push_back(known->declaration().name);
  const std::string near = nearest(name, names);
  return {ErrorKind::not_found,
          "step.unknown-type",
          "there is no step type " + printable_line(name, 60),
          {},
          {},
          near.empty() ? "mxodus steps lists them" : "did you mean " + near + "?"};
}

}  // namespace mxodus
