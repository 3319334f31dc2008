#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"
#include "orchestrator/playbook/node.h"

namespace mxodus {

/// The types of single values that need no playbook to be read. (place, account, zone, repository and secret
/// refer to things of a playbook; a list is a list of one of these.)
enum class ScalarType {
  text,
  integer,
  boolean,
  enumeration,
  duration,
  size,
  ratio,
  time,
  path,
  address,
  hostname
};

/// "text", "enum", …: the word in playbooks and docs.
std::string_view to_string(ScalarType type);
std::optional<ScalarType> scalar_type_from_string(std::string_view word);
const std::vector<std::string>& scalar_type_words();

/// Reads a text as a value of `type`, in one canonical form: an address and a hostname in lower case, a path
/// absolute. `choices` are those of an enumeration. Errors have the code "type.WORD", say what was seen, and
/// hint at how it is written.
Result<Value> parse_typed(ScalarType type, std::string_view text,
                          const std::vector<std::string>& choices = {});

/// The same for something already evaluated: a value of the right kind passes, a text is read, and a whole
/// number stands for itself as a text. A bare number where a unit is due is an error. NotYetKnown passes.
Result<Value> convert_typed(ScalarType type, const Value& value,
                            const std::vector<std::string>& choices = {});

}  // namespace mxodus
