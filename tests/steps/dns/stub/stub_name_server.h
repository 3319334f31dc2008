#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "orchestrator/core/clock.h"
#include "orchestrator/dns/ldns.h"
#include "orchestrator/net/byte_stream.h"
#include "tests/steps/dns/stub/zone_stub.h"

namespace mxodus {

/// A primary name server with one zone, in memory: takes updates (RFC 2136), tells its zone (RFC 5936) and
/// answers questions, all signed by the TSIG of ldns, so that what mxodus computes is compared with
/// another's.
class StubNameServer final : public ZoneStub {
 public:
  static constexpr const char* kKeyName = "ops-key";

  explicit StubNameServer(std::string zone);

  Zone entry(const std::string& zone) const override;
  std::map<std::string, std::string> secrets() const override;
  void put(const dns::StoredRRset& set) override;
  dns::StoredRRset get(const std::string& name, const std::string& type) const override;

  /// A connection to it.
  std::unique_ptr<ByteStream> connect();
  /// Everything that comes on one connection, in and out; called by it.
  std::string answer(std::string_view message);

  /// Zone transfers are refused from now on.
  void refuse_transfers() { transfers_ = false; }
  /// Called once, after the next transfer: what somebody else does while the client makes up its mind.
  void after_transfer(std::function<void()> callback) { after_transfer_ = std::move(callback); }
  /// At most so many records in one message of a transfer.
  void limit_messages(std::size_t records) { message_limit_ = records; }
  /// Every update is answered with this code and changes nothing.
  void answer_updates(int rcode) { update_rcode_ = rcode; }
  /// Its answers are no longer signed.
  void forget_to_sign() { signs_ = false; }
  /// One byte of every answer is another on its way.
  void garble() { garbles_ = true; }
  const std::set<std::string>& seen() const { return seen_; }  ///< "AXFR", "UPDATE", "QUERY"

 private:
  struct Question;
  std::string code(int rcode, Question& question);
  std::string unsigned_refusal(const Question& question, int rcode, int tsig_error);
  std::string transfer(Question& question);
  std::string update(Question& question);
  std::string ask(Question& question);
  int prerequisites(const ldns_rr_list* list) const;
  void change(const ldns_rr& record);
  std::string frame(ldns_pkt& packet, Question& question);

  std::string zone_;
  std::map<dns::RRsetKey, RRset> sets_;
  std::function<void()> after_transfer_;
  bool transfers_ = true;
  bool signs_ = true;
  bool garbles_ = false;
  std::size_t message_limit_ = 1000;
  int update_rcode_ = 0;
  std::set<std::string> seen_;
};

}  // namespace mxodus
