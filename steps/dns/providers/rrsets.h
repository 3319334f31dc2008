#pragma once

#include <optional>
#include <string>
#include <vector>

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// The RRsets of these keys among all of a zone, in the order of the keys; one that is not there is empty.
std::vector<StoredRRset> pick(const std::vector<StoredRRset>& zone, const std::vector<RRsetKey>& keys);

/// A record at a provider that keeps records, each with an id, and knows no RRsets.
struct ApiRecord {
  std::string id;
  std::string name;  ///< normal
  std::string type;
  std::string data;  ///< presentation form, absolute names
  std::uint32_t ttl = 0;
};

/// The RRset of a key among these. Where its records differ in their TTL the longest counts: so long
/// resolvers may keep what they have.
StoredRRset rrset_among(const std::vector<ApiRecord>& records, const RRsetKey& key);
std::vector<StoredRRset> rrsets_among(const std::vector<ApiRecord>& records,
                                      const std::vector<RRsetKey>& keys);
/// All of them, in the order of their keys. A record without data, of a type that is not taken apart, is left
/// out.
std::vector<StoredRRset> all_rrsets(const std::vector<ApiRecord>& records);

/// What is to be done with single records so that an RRset becomes another: update, then create, then remove,
/// so that there is no moment without a record.
struct RecordEdits {
  struct Update {
    std::string id;
    std::string data;
  };
  std::vector<Update> update;
  std::vector<std::string> create;  ///< data
  std::vector<std::string> remove;  ///< ids
};
/// From the records of one key to `after`. A record that is as wished, with its TTL, is not touched.
RecordEdits edits_to(const std::vector<ApiRecord>& records, const StoredRRset& after);

/// `drift` where an RRset among these records is not what is to be replaced.
Result<void> still_as_read(const std::vector<ApiRecord>& records, const RRsetChange& change);

}  // namespace mxodus::dns
