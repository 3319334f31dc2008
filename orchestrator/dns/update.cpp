#include "orchestrator/dns/update.h"

#include <cstdlib>
#include <memory>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/ldns.h"
#include "orchestrator/dns/wire.h"

namespace mxodus {
namespace {

constexpr std::size_t kSignature = 1024;  // what a TSIG record with the longest names takes

using Record = std::unique_ptr<ldns_rr, decltype(&ldns_rr_free)>;

/// Records of one section after the other, uncompressed: names in data must not be compressed here by all.
class UpdateWriter {
 public:
  /// With data, as they are to be in the zone.
  Result<void> add(const RRset& set, std::uint32_t ttl, ldns_rr_class of_class) {
    for (const std::string& data : set.data) {
      ldns_rr* parsed = nullptr;
      const std::string line = set.name + ". " + std::to_string(ttl) + " IN " + set.type + " " + data;
      const ldns_status status = ldns_rr_new_frm_str(&parsed, line.c_str(), 0, nullptr, nullptr);
      const Record record(parsed, ldns_rr_free);
      if (status != LDNS_STATUS_OK || !record)
        return fail(ErrorKind::invalid, "dns.data",
                    "\"" + printable_line(data) + "\" is no data of a record of type " +
                        printable_line(set.type, 20) + ": " + ldns_get_errorstr_by_id(status));
      ldns_rr_set_class(record.get(), of_class);
      std::uint8_t* wire = nullptr;
      std::size_t size = 0;
      if (ldns_rr2wire(&wire, record.get(), LDNS_SECTION_ANSWER, &size) != LDNS_STATUS_OK)
        return fail(ErrorKind::refused, "dns.too-long", "a record of " + set.name + " is too long");
      bytes_.append(reinterpret_cast<const char*>(wire), size);
      std::free(wire);
      ++count_;
    }
    return {};
  }

  /// Without data: the class says what is meant.
  Result<void> add_bare(const std::string& name, ldns_rr_type type, ldns_rr_class of_class) {
    const auto owner = wire_name(name);
    if (!owner || type == 0)
      return fail(ErrorKind::invalid, "dns.data", "\"" + printable_line(name) + "\" has no records");
    bytes_ += *owner + wire_number(type, 2) + wire_number(of_class, 2) + wire_number(0, 6);
    ++count_;
    return {};
  }

  std::size_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t count_ = 0;
};

ldns_rr_type type_of(const RRset& set) {
  return ldns_get_rr_type_by_name(set.type.c_str());
}

Result<void> write_prerequisites(const ZoneUpdate& update, UpdateWriter& writer) {
  Result<void> done;
  for (const RRset& set : update.exist)
    if (done) done = writer.add(set, 0, LDNS_RR_CLASS_IN);
  for (const RRset& set : update.not_exist)
    if (done) done = writer.add_bare(set.name, type_of(set), LDNS_RR_CLASS_NONE);
  for (const std::string& name : update.free_names)
    if (done) done = writer.add_bare(name, LDNS_RR_TYPE_ANY, LDNS_RR_CLASS_NONE);
  return done;
}

Result<void> write_changes(const ZoneUpdate& update, UpdateWriter& writer) {
  Result<void> done;
  for (const RRset& set : update.remove)
    if (done) done = writer.add_bare(set.name, type_of(set), LDNS_RR_CLASS_ANY);
  for (const RRset& set : update.add)
    if (done) done = writer.add(set, set.ttl, LDNS_RR_CLASS_IN);
  for (const RRset& set : update.remove_data)
    if (done) done = writer.add(set, 0, LDNS_RR_CLASS_NONE);
  return done;
}

}  // namespace

Result<std::string> update_message(const ZoneUpdate& update) {
  UpdateWriter prerequisites, changes;
  if (auto done = write_prerequisites(update, prerequisites); !done) return tl::unexpected(done.error());
  if (auto done = write_changes(update, changes); !done) return tl::unexpected(done.error());
  const auto zone = wire_name(update.zone);
  if (!zone) return fail(ErrorKind::invalid, "dns.name", "\"" + update.zone + "\" is no name of a zone");
  const std::string message = wire_number(0, 2) + wire_number(LDNS_PACKET_UPDATE << 11, 2) +
                              wire_number(1, 2) + wire_number(prerequisites.count(), 2) +
                              wire_number(changes.count(), 2) + wire_number(0, 2) + *zone +
                              wire_number(LDNS_RR_TYPE_SOA, 2) + wire_number(LDNS_RR_CLASS_IN, 2) +
                              prerequisites.bytes() + changes.bytes();
  if (message.size() + kSignature > 65535)
    return fail(ErrorKind::refused, "dns.too-long",
                "the change of " + update.zone + " has " + std::to_string(message.size()) +
                    " bytes and does not fit into one message of the DNS: change fewer records in one step");
  return message;
}

}  // namespace mxodus
