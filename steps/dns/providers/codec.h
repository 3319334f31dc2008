#pragma once

#include <string>
#include <vector>

namespace mxodus::dns {

/// How a name is written inside its zone: "mail" for "mail.example.org", `apex` for the zone itself.
std::string relative_name(const std::string& name, const std::string& zone, const std::string& apex);
/// The other way round; "@" and "" are the zone. Normal.
std::string absolute_name(const std::string& relative, const std::string& zone);

/// Whether the data of a type end in the name of a host: "10 mail.example.org.".
bool ends_in_name(const std::string& type);

/// Data whose host name, where it has no final dot, is relative to the zone ("@" is the zone itself): made
/// absolute.
std::string with_absolute_target(const std::string& type, const std::string& data, const std::string& zone);
/// Data whose host name is absolute with or without its final dot: with one, and without one.
std::string with_final_dot(const std::string& type, std::string data);
std::string without_final_dot(const std::string& type, std::string data);

/// As it is sent: written_data(), or as it is where mxodus cannot read it.
std::string data_to_send(const std::string& type, const std::string& data);

/// The fields of a record's data. Quotes are none of its business: not for texts.
std::vector<std::string> fields_of(const std::string& data);

/// One segment of a URL path, or one value of a query.
std::string url_encoded(const std::string& text);

}  // namespace mxodus::dns
