#pragma once

#include <string>

#include "steps/dns/wish.h"

namespace mxodus::dns {

/// Reads one entry of `records` or, with `to_make`, of `set`; its name is relative to `zone`. `where` is what
/// errors call it. `invalid` with what to write.
Result<Wish> read_wish(const ValueMap& map, std::string where, const std::string& zone, bool to_make);

}  // namespace mxodus::dns
