#pragma once

#include <string>

namespace mxodus {

/// Why no record can stand at this name, as the end of a sentence: an empty label, a label of more than 63
/// bytes or a name of more than 253 (RFC 1035, 2.3.4), a byte that has to be written with a backslash or,
/// beyond ASCII, as xn--. Empty where one can; "" is the zone itself. Pure.
std::string owner_fault(const std::string& name);

/// A name for people: "@" for the zone itself, where it is not known which.
std::string shown_owner(const std::string& name);

}  // namespace mxodus
