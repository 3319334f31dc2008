#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// A zone that a person edits: on a provider's web page, in a zone file, by mail to somebody. What it holds
/// is what its name servers answer.
ProviderTraits manual_traits();

}  // namespace mxodus::dns
