#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mxodus::dns {

/// An element of the XML that an API answers. Attributes and comments are left out, and so is text between
/// elements.
struct XmlElement {
  std::string name;  ///< without prefix
  std::string text;  ///< of an element without children
  std::vector<XmlElement> children;

  /// The first child of that name, or nullptr.
  const XmlElement* child(const std::string& child_name) const;
  /// Its text, or "".
  std::string text_of(const std::string& child_name) const;
};

/// The root of a document. Nothing where it is not well formed, is nested deeper than any API nests, or has a
/// document type, which can make a small body a large one.
std::optional<XmlElement> parse_xml(const std::string& body);

/// What an error document says to people: its Code and Message elements; "" where there are none.
std::string said_in_xml(const std::string& body);

/// Text as it stands inside an element.
std::string xml_escaped(const std::string& text);

}  // namespace mxodus::dns
