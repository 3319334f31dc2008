#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/step_api/context.h"
#include "steps/dns/scan/gathered.h"
#include "steps/dns/scan/hit.h"
#include "steps/dns/scan/old_places.h"

namespace mxodus::dns {

/// Takes what the provider of an entry of `dns:` lists. False where it has no list, so that the names have to
/// be guessed; an API that could not be asked is a trouble.
bool list_zone(StepContext& context, const Zone& zone, Gathered& gathered);

/// Takes the records of a zone file of this machine; lines of it that cannot be read are looked at as text.
void read_zone_file(const std::string& zone, const std::string& path, const OldPlaces& old,
                    Gathered& gathered, std::vector<Hit>& hits);

/// Looks through the files that `globs` (host -> globs) name. Words of them that are names below `domains`
/// are added to `names`, and every name of a host to the mentions, 500 at most each.
void look_through_files(StepContext& context, const std::map<std::string, std::vector<std::string>>& globs,
                        const OldPlaces& old, const std::vector<std::string>& domains, Gathered& gathered,
                        std::vector<Hit>& hits, std::set<std::string>& names);

}  // namespace mxodus::dns
