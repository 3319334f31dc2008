#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/step_api/params.h"
#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// What a step wants of one RRset: of an entry of `records` only to be seen, of an entry of `set` to be made.
struct Wish {
  enum class Kind {
    exists,    ///< there is at least one record
    equals,    ///< these records and no other
    contains,  ///< these records among others; of a TXT, a text that begins so
    absent,    ///< none
    replaced,  ///< of a TXT: `data` in place of the text that begins with `match`
    one_of,    ///< one of `choices`: these records and no other
  };
  RRsetKey key;
  Kind kind = Kind::exists;
  std::vector<std::string> data;                  ///< canonical; with contains on a TXT, beginnings of texts
  std::vector<std::vector<std::string>> choices;  ///< of one_of; each canonical
  std::string match;
  std::optional<std::uint32_t> ttl;  ///< seconds
  bool to_make = false;

  /// "MX of acme.test is to be 10 mail.acme.test."
  std::string text() const;
  /// Whether records are to be made.
  bool gives_data() const;
  /// Whether the text that is to be replaced is not among these, so that the new one is added.
  bool adds_beside(const std::vector<std::string>& found) const;
  /// Whether an RRset is to get another TTL and nothing else.
  bool only_ttl() const { return to_make && kind == Kind::exists; }
  /// Whether an RRset with these data is what is wished.
  bool met_by(const std::vector<std::string>& found) const;
};

/// Reads `records` and `set`; names are relative to `zone`. `invalid` with the entry and what to write.
Result<std::vector<Wish>> read_wishes(const Params& params, const std::string& zone);

/// `before` with the wish made true. `refused` where that cannot be, or it is not clear what it would be: a
/// TTL for an RRset that is not there, two texts that begin with what is to be replaced, the last NS of the
/// zone taken out, two policies of which receivers take none. A TTL that nobody wished is never under the
/// floor of the provider.
Result<StoredRRset> grant(const Wish& wish, const StoredRRset& before, std::uint32_t ttl_floor);

}  // namespace mxodus::dns
