#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrator/dns/asker.h"
#include "orchestrator/dns/tsig.h"
#include "orchestrator/net/byte_stream.h"

namespace mxodus {

/// Puts the messages of a zone transfer together (RFC 5936). What they say is not trusted before the last
/// one's signature was seen to hold: that is the caller's to see.
class TransferReader {
 public:
  /// `zone` is normal.
  explicit TransferReader(std::string zone) : zone_(std::move(zone)) {}

  /// Takes the next message. True once the zone is complete. `no_answer` with code "dns.transfer" for what is
  /// no zone transfer, or one of more than a million records.
  Result<bool> take(std::string_view message);
  /// The RRsets of the complete zone.
  std::vector<RRset> take_zone();

 private:
  std::string zone_;
  std::map<std::pair<std::string, std::string>, RRset> sets_;  ///< by name and type
  std::size_t records_ = 0;
  int soas_ = 0;
};

/// A zone, or the code with which the server refused to tell it.
struct ZoneTransfer {
  int rcode = 0;
  int tsig_error = 0;
  Time server_time;         ///< where tsig_error is BADTIME
  std::vector<RRset> zone;  ///< where rcode is 0; what a signed zone holds for DNSSEC is in it too
};

/// Asks for all of a zone by AXFR with TSIG. Errors as at SignedExchange and TransferReader.
Result<ZoneTransfer> transfer_zone(ByteStream& stream, const std::string& zone, const TsigKey& key,
                                   const Clock& clock, const Deadline& deadline);

/// A question in wire form, without recursion and with id 0. Nothing where it cannot be asked.
std::optional<std::string> question_message(const std::string& name, const std::string& type);

}  // namespace mxodus
