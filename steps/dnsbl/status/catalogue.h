#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mxodus::dnsbl {

enum class ListStatus {
  alive,
  registered,  ///< answers resolvers alone whose address is registered there: asked where it is named
  needs_key,   ///< answers customers alone, under a name that holds their key
  closed,      ///< paid or private: whoever asks without a contract is told that everything is listed
  dead,        ///< gone: silent, parked, or listing the world
};

/// One blacklist, as this program knows it.
struct List {
  std::string_view zone;
  int tier = 2;  ///< 1: act before the move, 2: act, 3: for information
  ListStatus status = ListStatus::alive;
  bool ipv4 = true;
  bool ipv6 = false;
  /// Which 127.0.0.N mean "listed": "2,4-7". Documented ones alone; anything else is unknown.
  std::string_view listing = "2";
  std::string_view neutral = "";  ///< which mean something else than a listing
  bool has_test_entry = true;     ///< 127.0.0.2 is listed, as RFC 5782, 5 wants
  std::string_view removal = "";  ///< where and how to ask for it
  std::string_view note = "";
};

/// The day on which the catalogue was last gone through.
inline constexpr std::string_view kCatalogueDate = "2026-11-22";

/// All lists, also those that must not be asked any more.
std::span<const List> catalogue();

/// The entry for a zone or for one above it that is dead or closed; nullptr where the catalogue knows
/// nothing.
const List* find_list(std::string_view zone);

/// Whether `number` is in "2,4-7".
bool is_among(int number, std::string_view ranges);

}  // namespace mxodus::dnsbl
