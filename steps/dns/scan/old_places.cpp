#include "steps/dns/scan/old_places.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"

namespace mxodus::dns {
namespace {

using spf::IpAddress;

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-' || c == ':';
}

/// A colon may be part of an address, or stand between one and a scheme or a port.
void add_pieces(const std::string& word, std::vector<std::string>& words) {
  const std::size_t colon = word.find(':');
  if (colon == std::string::npos || IpAddress::parse(word)) {
    words.push_back(word);
    return;
  }
  const std::string rest = word.substr(colon + 1);
  if (rest.find(':') != std::string::npos && IpAddress::parse(rest)) {
    words.push_back(rest);
    return;
  }
  for (std::string& piece : split(word, ':'))
    if (!piece.empty()) words.push_back(std::move(piece));
}

}  // namespace

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto begin = std::find_if(text.begin(), text.end(), is_word_character);
    const auto end = std::find_if_not(begin, text.end(), is_word_character);
    if (begin != end) add_pieces(std::string(begin, end), words);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  return words;
}

OldPlaces::OldPlaces(const std::vector<std::string>& addresses, const std::vector<std::string>& names) {
  for (const std::string& text : addresses)
    if (const auto address = IpAddress::parse(text)) addresses_.emplace(address->text(), *address);
  for (const std::string& text : names) names_.insert(normal_name(text));
}

std::string OldPlaces::address(const std::string& text) const {
  const auto parsed = IpAddress::parse(text.ends_with('.') ? text.substr(0, text.size() - 1) : text);
  return parsed && addresses_.contains(parsed->text()) ? parsed->text() : "";
}

std::string OldPlaces::name(std::string_view text) const {
  const std::string normal = normal_name(text);
  return names_.contains(normal) ? normal : "";
}

std::vector<std::string> OldPlaces::in_network(const IpAddress& network, int bits) const {
  std::vector<std::string> found;
  for (const auto& [text, address] : addresses_)
    if (address.is_in(network, bits)) found.push_back(text);
  return found;
}

std::vector<std::string> OldPlaces::in_text(std::string_view text) const {
  std::vector<std::string> found;
  for (const std::string& word : words_in(text))
    for (const std::string& place : {address(word), name(word)})
      if (!place.empty() && std::find(found.begin(), found.end(), place) == found.end())
        found.push_back(place);
  return found;
}

std::string OldPlaces::reversed(const std::string& owner) const {
  for (const auto& [text, address] : addresses_)
    if (address.reverse_name() == owner) return text;
  return "";
}

std::vector<std::string> OldPlaces::addresses() const {
  std::vector<std::string> texts;
  for (const auto& [text, address] : addresses_) texts.push_back(text);
  return texts;
}

std::string OldPlaces::text() const {
  std::vector<std::string> all = addresses();
  all.insert(all.end(), names_.begin(), names_.end());
  if (all.size() < 2) return join(all, "");
  const std::string last = all.back();
  all.pop_back();
  return join(all, ", ") + " and " + last;
}

}  // namespace mxodus::dns
