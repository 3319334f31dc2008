#pragma once

#include <chrono>
#include <string_view>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"

namespace mxodus {

/// Whether `spec` is one of {json: "a.b"}, {regex: "…"}, {text: true}, {lines: true}; `invalid` with what may
/// be written.
Result<void> check_output_parser(const Value& spec);

/// Makes a value of what a command printed.
/// - json: the output is one JSON document; the path goes through names and numbers of list entries.
/// - regex (ECMAScript without back-references, lookaheads and lazy repetitions): the first line that
/// matches;
///   its first group, or all of the match. Of each line the first 512 bytes are looked at, and lines for as
///   long as `patience`.
/// - text: all of it without white space at the ends. lines: the lines that are not empty.
/// `no_answer` where the output has another form or takes too long, `not_found` where nothing matches.
Result<Value> parse_output(const Value& spec, std::string_view output,
                           std::chrono::milliseconds patience = std::chrono::seconds(5));

}  // namespace mxodus
