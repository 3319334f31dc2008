#include "steps/dns/providers/manual/manual.h"

namespace mxodus::dns {

ProviderTraits manual_traits() {
  return {.name = "manual", .has_api = false, .asynchronous = true};
}

}  // namespace mxodus::dns
