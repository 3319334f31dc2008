#pragma once

#include <string>

namespace mxodus::dmarc {

/// The organizational domain by the public suffix list (RFC 7489, 3.2): one label below the suffix. A public
/// suffix is its own. The list is that of libpsl: the newest that the system has, else the built-in one. Any
/// thread.
std::string organizational_domain_by_list(const std::string& domain);

}  // namespace mxodus::dmarc
