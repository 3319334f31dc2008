#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace mxodus::dns {

/// The body of an answer; nothing where it is no JSON, or nested deeper than any API nests.
std::optional<nlohmann::json> parse_json(const std::string& body);

/// The body of a request; nothing where a text in it is no UTF-8, since JSON has no other.
std::optional<std::string> as_body(const nlohmann::json& made);

/// Members of an object. What is missing or of another kind reads as "", nothing, nullptr.
std::string text_at(const nlohmann::json& object, const char* key);
std::optional<std::uint32_t> number_at(const nlohmann::json& object, const char* key);
const nlohmann::json* list_at(const nlohmann::json& object, const char* key);
const nlohmann::json* object_at(const nlohmann::json& object, const char* key);
bool flag_at(const nlohmann::json& object, const char* key);
/// An id, which may be a number or a text; in a form that is safe in a path.
std::string id_at(const nlohmann::json& object, const char* key);

/// What an error body says to people: its texts and codes on one line. A body that is no JSON is shown as it
/// is; "nothing" where there is none.
std::string said_in(const std::string& body);

}  // namespace mxodus::dns
