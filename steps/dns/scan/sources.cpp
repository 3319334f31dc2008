#include "steps/dns/scan/sources.h"

#include <algorithm>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/zone_file.h"
#include "steps/dns/change.h"
#include "steps/dns/scan/files.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kZoneFile = 32u << 20;  // bytes
constexpr std::size_t kNames = 500;

void add_names(std::string_view content, const std::vector<std::string>& domains,
               std::set<std::string>& names) {
  for (const std::string& word : words_in(content)) {
    const std::string name = normal_name(word);
    const bool ours = std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
      return name != domain && is_within(name, domain);
    });
    if (ours && names.size() < kNames) names.insert(name);
  }
}

/// Takes the names that a file mentions; false where they are too many.
bool add_mentions(const std::string& host, const HostFile& file, Gathered& gathered) {
  if (may_hold_secrets(file.path)) return true;
  for (NamedLine& one : names_in_lines(file.content)) {
    if (gathered.mentions.size() >= kNames) return false;
    gathered.mentions.push_back({std::move(one.name), host, file.path, one.line, std::move(one.setting)});
  }
  return true;
}

/// The lines of a file that is not wholly read are as good as those of another, but they are not all.
bool is_read(const HostFile& file) {
  return file.state == HostFile::State::read || file.state == HostFile::State::cut;
}

}  // namespace

bool list_zone(StepContext& context, const Zone& zone, Gathered& gathered) {
  const std::string name = normal_name(zone.zone);
  const auto traits = provider_traits(zone);
  if (traits && !traits->has_api) return false;
  Result<std::vector<StoredRRset>> sets = tl::unexpected(traits ? Error{} : traits.error());
  if (traits) {
    auto provider = open_provider(context, zone);
    sets = provider ? (*provider)->list(context.deadline()) : tl::unexpected(provider.error());
  }
  if (!sets && sets.error().code == "dns.not-listed") return false;
  if (!sets) {
    gathered.troubles.push_back("the zone " + name + " could not be listed: " + sets.error().message);
    gathered.sources.push_back({"provider", name, 0, false, "not listed"});
    return true;
  }
  for (StoredRRset& set : *sets)
    if (!set.rrset.data.empty())
      gathered.records.push_back({std::move(set.rrset), "the zone " + name + " at " + zone.provider, name});
  gathered.listed.push_back(name);
  gathered.sources.push_back({"provider", name, static_cast<std::int64_t>(sets->size()), true,
                              counted(sets->size(), "RRset") + ", all of them, from " + zone.provider});
  return true;
}

void read_zone_file(const std::string& zone, const std::string& path, const OldPlaces& old,
                    Gathered& gathered, std::vector<Hit>& hits) {
  const auto content = read_file(path, kZoneFile);
  auto text = content ? read_zone_text(*content, normal_name(zone)) : tl::unexpected(content.error());
  if (!text) {
    gathered.troubles.push_back(path + ": " + text.error().message);
    gathered.sources.push_back({"zone_file", path, 0, false, "not read"});
    return;
  }
  for (ZoneFileRecord& record : text->records)
    gathered.records.push_back(
        {std::move(record.set), path + ":" + std::to_string(record.line), normal_name(zone)});
  const std::vector<std::string> lines = split(*content, '\n');
  for (const ZoneFileFault& fault : text->faults) {
    gathered.troubles.push_back(path + ":" + std::to_string(fault.line) + ": " + fault.why);
    const auto index = static_cast<std::size_t>(fault.line - 1);
    for (std::string& to : old.in_text(index < lines.size() ? lines[index] : ""))
      hits.push_back(hit_of("this machine", path, {fault.line, "", std::move(to)}));
  }
  if (text->faults.empty()) gathered.listed.push_back(normal_name(zone));
  gathered.sources.push_back({"zone_file", path, static_cast<std::int64_t>(text->records.size()),
                              text->faults.empty(),
                              counted(text->records.size(), "record") + ", as far as this file is served"});
}

void look_through_files(StepContext& context, const std::map<std::string, std::vector<std::string>>& globs,
                        const OldPlaces& old, const std::vector<std::string>& domains, Gathered& gathered,
                        std::vector<Hit>& hits, std::set<std::string>& names) {
  for (const auto& [name, patterns] : globs) {
    auto host = context.host_named(name);
    auto files = host ? read_files(**host, patterns, context.deadline()) : tl::unexpected(host.error());
    if (!files) {
      gathered.troubles.push_back("the files of " + name + ": " + files.error().message);
      gathered.sources.push_back({"files", name, 0, false, "not read"});
      continue;
    }
    Source source{"files", name, 0, true, ""};
    bool all_names = true;
    for (const HostFile& file : *files) {
      if (file.state != HostFile::State::read) {
        // What a compiled map is made of is a file of its own.
        if (file.state != HostFile::State::binary) source.complete = false;
        source.note +=
            (source.note.empty() ? "" : ", ") + printable_line(file.path, 100) + " " + to_string(file.state);
      }
      if (!is_read(file)) continue;
      ++source.looked_at;
      add_names(file.content, domains, names);
      all_names = add_mentions(name, file, gathered) && all_names;
      for (const LineHit& line : lines_leading_to(old, file.content))
        hits.push_back(hit_of(name, file.path, line));
    }
    if (!source.complete)
      gathered.troubles.push_back("not all files of " + name + " were read: " + source.note);
    if (!all_names) {
      source.complete = false;
      gathered.troubles.push_back("the files of " + name + " mention more than " + std::to_string(kNames) +
                                  " names: not all of them were asked for");
    }
    source.note = counted(source.looked_at, "file") + " read" + (source.note.empty() ? "" : "; ") +
                  printable_line(source.note, 500);
    gathered.sources.push_back(std::move(source));
  }
}

}  // namespace mxodus::dns
