#include "steps/files/layout.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "orchestrator/core/text.h"
#include "steps/support/asking.h"

namespace mxodus {
namespace {

constexpr std::size_t names_kept = 200;

StepDeclaration declare_layout() {
  return {
      .name = "files.layout",
      .effect = Effect::observe,
      .summary = "Checks what a folder holds at its top: present, absent, empty, how many",
      .doc =
          R"(A restore that went one level too deep looks fine until a user sees an empty mailbox: a backup of `/mail`
restored into `/mnt/ssd/mail` without naming the folder inside the snapshot ends up as `/mnt/ssd/mail/mail`. Such a folder
inside the folder of its own name is looked for always, and said by name.

`empty: true` holds too where the folder does not exist yet: it is what a restore asks of its target. Hidden entries
count, except `lost+found` of a fresh file system.)",
      .example = R"(shape:
  uses: files.layout
  host: new
  with:
    path: /mnt/ssd/mail
    present: [example.org]
    absent: [mail, mnt]
    min_entries: 1
)",
      .params = {{.name = "path", .type = ParamType::path, .doc = "The folder.", .required = true},
                 {.name = "present", .doc = "Names or relative paths that must be in it.", .list = true},
                 {.name = "absent", .doc = "Names or relative paths that must not be in it.", .list = true},
                 {.name = "empty",
                  .type = ParamType::boolean,
                  .doc = "Whether it must be empty, or not be there at all.",
                  .fallback = false},
                 {.name = "min_entries",
                  .type = ParamType::integer,
                  .doc = "How many entries it must have at its top at least."}},
      .outputs = {{.name = "exists", .type = ParamType::boolean, .doc = "Whether the folder is there."},
                  {.name = "entries",
                   .type = ParamType::integer,
                   .doc = "How many entries it has at its top."},
                  {.name = "names",
                   .doc = "The names at its top in the order of bytes, 200 at most.",
                   .list = true}},
      .host = HostUse::required};
}

/// First a word on the folder, then one line for each name asked for, then NUL-separated names at its top.
constexpr std::string_view look_script = R"(p=$1; shift
if [ -d "$p" ]; then echo folder; elif there "$p"; then echo other; else echo absent; fi
for name; do if there "$p/$name"; then echo yes; else echo no; fi; done
[ ! -d "$p" ] || find "$p/" -mindepth 1 -maxdepth 1 -printf '%f\0')";

struct LayoutLook {
  std::string kind;  ///< "folder", "absent", "other"
  std::vector<bool> there;
  std::set<std::string> names;
};

Result<LayoutLook> parse_look(std::string_view output, std::size_t asked) {
  LayoutLook look;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i <= asked; ++i) {
    const std::size_t end = output.find('\n');
    if (end == std::string_view::npos)
      return fail(ErrorKind::no_answer, "files.look", "the answer of the host is cut off");
    lines.emplace_back(output.substr(0, end));
    output.remove_prefix(end + 1);
  }
  look.kind = lines[0];
  for (std::size_t i = 1; i < lines.size(); ++i) look.there.push_back(lines[i] == "yes");
  for (std::string& name : split(output, '\0'))
    if (!name.empty() && name != "lost+found") look.names.insert(std::move(name));
  return look;
}

/// The complaints about what was seen, for an operator.
std::vector<std::string> complaints(const Params& params, const LayoutLook& look) {
  const std::string path = params.text("path");
  const std::filesystem::path folder(path);
  const std::string base = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
  std::vector<std::string> faults;
  if (look.kind == "other") faults.push_back(path + " is no folder");
  if (params.flag("empty")) {
    if (!look.names.empty())
      faults.push_back(path + " is not empty: it holds " + printable_line(*look.names.begin(), 60) + " and " +
                       std::to_string(look.names.size() - 1) + " more");
    return faults;
  }
  if (look.kind == "absent") faults.push_back(path + " does not exist");
  const std::vector<std::string> present = params.texts("present");
  const std::vector<std::string> absent = params.texts("absent");
  for (std::size_t i = 0; i < present.size(); ++i)
    if (!look.there[i]) faults.push_back(path + "/" + present[i] + " is missing");
  for (std::size_t i = 0; i < absent.size(); ++i)
    if (look.there[present.size() + i]) faults.push_back(path + "/" + absent[i] + " must not be there");
  if (!base.empty() && look.names.contains(base))
    faults.push_back("the restore went one level too deep: " + path + "/" + base + " exists, " +
                     (look.names.size() == 1 ? "and nothing else is in " + path : "which is hardly meant"));
  const auto* least = params.at("min_entries").get<std::int64_t>();
  if (least && static_cast<std::int64_t>(look.names.size()) < *least)
    faults.push_back(path + " has " + std::to_string(look.names.size()) + " entries, wanted " +
                     std::to_string(*least) + " at least");
  return faults;
}

class FilesLayout final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    const bool asks = params.has("present") || params.has("absent") || params.has("min_entries");
    const bool empty = params.at("empty") == Value(true);
    if (empty == asks && params.at("empty").get<bool>())
      return fail(ErrorKind::invalid, "files-layout.what",
                  empty ? "a folder that is `empty` cannot hold anything else that is asked for"
                        : "files.layout asks for nothing",
                  "write present, absent, min_entries, or `empty: true`");
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    const Params& params = context.params();
    std::vector<std::string> arguments = params.texts("present");
    for (std::string& name : params.texts("absent")) arguments.push_back(std::move(name));
    const std::size_t asked = arguments.size();
    arguments.insert(arguments.begin(), params.text("path"));
    auto text = ask_text(context.host(), sighted_command(look_script, std::move(arguments)),
                         "what " + params.text("path") + " holds", context.deadline());
    if (!text) return tl::unexpected(text.error());
    auto look = parse_look(*text, asked);
    if (!look) return tl::unexpected(look.error());
    return finding_of(context.host().name(), params, *look);
  }

 private:
  static Finding finding_of(const std::string& host, const Params& params, const LayoutLook& look) {
    Finding found;
    ValueList names;
    for (const std::string& name : look.names)
      if (names.size() < names_kept) names.emplace_back(printable(name));
    const auto count = static_cast<std::int64_t>(look.names.size());
    found.outputs = {{"exists", look.kind == "folder"}, {"entries", count}, {"names", names}};
    found.state = ValueMap{{"exists", look.kind == "folder"}, {"names", names}};
    const std::vector<std::string> faults = complaints(params, look);
    found.verdict = faults.empty() ? Verdict::ok : Verdict::fail;
    std::string sentence = faults.empty() ? params.text("path") + " is as it should be, with " +
                                                std::to_string(count) + " entries"
                                          : join(faults, "; ");
    found.sentence = host + ": " + sentence;
    return found;
  }

  StepDeclaration declaration_ = declare_layout();
};

}  // namespace

std::unique_ptr<StepType> make_files_layout() {
  return std::make_unique<FilesLayout>();
}

}  // namespace mxodus
