#include "steps/files/owners.h"

#include <algorithm>
#include <cstdio>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t samples_kept = 20;

/// The paths that are whole; the script cuts the list at a number of bytes.
std::vector<std::string> whole_paths(std::string_view list) {
  list = list.substr(0, list.rfind('\0') == std::string_view::npos ? 0 : list.rfind('\0'));
  if (list.empty()) return {};
  std::vector<std::string> paths = split(list, '\0');
  if (paths.size() > samples_kept) paths.resize(samples_kept);
  return paths;
}

}  // namespace

Result<Owners> parse_owners(std::string_view output) {
  Owners owners;
  constexpr std::string_view border = "\nsamples\n";
  const std::size_t end = output.find(border);
  if (end != std::string_view::npos) owners.samples = whole_paths(output.substr(end + border.size()));

  bool complete = false, summed = false;
  for (const std::string& line : split(output.substr(0, end), '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    long long total = 0, wrong = 0, misowned = 0, open = 0;
    if (words[0] == "no" && words.size() == 2) owners.missing = words[1];
    if (words[0] == "exit") complete = line == "exit 0";
    if (words[0] == "want" && words.size() == 2) {
      if (words[1].find_first_not_of("0123456789:") != std::string::npos)
        return fail(ErrorKind::no_answer, "files.owners",
                    "who is to own it was said as " + printable_line(words[1], 40) + ", which is no uid:gid");
      owners.uid = words[1].substr(0, words[1].find(':'));
      owners.gid = words[1].substr(words[1].find(':') + 1);
    }
    if (words[0] == "owner" && words.size() == 4)
      owners.owners.push_back({words[1], words[2], std::atoll(words[3].c_str())});
    if (std::sscanf(line.c_str(), "sums %lld %lld %lld %lld", &total, &wrong, &misowned, &open) == 4) {
      owners.total = total;
      owners.wrong = wrong;
      owners.misowned = misowned;
      owners.open = open;
      summed = true;
    }
  }
  if (owners.missing.empty() && (!complete || !summed))
    return fail(
        ErrorKind::no_answer, "files.owners",
        "not everything could be looked at; the user that mxodus logs in as must be able to read it all");
  std::sort(owners.owners.begin(), owners.owners.end(),
            [](const OwnerCount& a, const OwnerCount& b) { return a.count > b.count; });
  return owners;
}

}  // namespace mxodus
