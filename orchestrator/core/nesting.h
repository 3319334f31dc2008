#pragma once

#include <string_view>

namespace mxodus {

/// Whether JSON is nested deeper than so many levels. To be asked before it is parsed: a parser that trusts
/// the nesting of a stranger takes a hundred times the memory of the text.
bool nested_deeper_than(std::string_view json, int levels);

}  // namespace mxodus
