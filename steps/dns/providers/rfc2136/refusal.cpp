#include "steps/dns/providers/rfc2136/refusal.h"

#include <map>

namespace mxodus::dns::rfc2136 {
namespace {

enum Code { FORMERR = 1, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN, YXRRSET, NXRRSET, NOTAUTH, NOTZONE };
enum TsigCode { BADSIG = 16, BADKEY, BADTIME, BADTRUNC = 22 };

std::string name_of(int code) {
  static const std::map<int, std::string> names = {
      {FORMERR, "FORMERR"}, {SERVFAIL, "SERVFAIL"}, {NXDOMAIN, "NXDOMAIN"}, {NOTIMP, "NOTIMP"},
      {REFUSED, "REFUSED"}, {YXDOMAIN, "YXDOMAIN"}, {YXRRSET, "YXRRSET"},   {NXRRSET, "NXRRSET"},
      {NOTAUTH, "NOTAUTH"}, {NOTZONE, "NOTZONE"},   {BADSIG, "BADSIG"},     {BADKEY, "BADKEY"},
      {BADTIME, "BADTIME"}, {BADTRUNC, "BADTRUNC"}};
  const auto found = names.find(code);
  return found == names.end() ? "code " + std::to_string(code) : found->second;
}

std::string distance(const Time& a, const Time& b) {
  const auto apart = a < b ? b.since_epoch - a.since_epoch : a.since_epoch - b.since_epoch;
  return to_string(Duration{std::chrono::duration_cast<std::chrono::seconds>(apart)});
}

Error key_error(const Parties& parties, const Refusal& refusal) {
  const std::string key = "the key " + parties.key + " (" + parties.algorithm + ")";
  const auto error = [&](const std::string& why) {
    return Error{ErrorKind::refused,
                 "rfc2136.key",
                 parties.server + " refuses our key: " + why + ", it said " + code_name(refusal),
                 {},
                 {},
                 {}};
  };
  switch (refusal.tsig_error) {
    case BADKEY:
      return error("it does not know " + key + " for " + parties.zone +
                   "; compare `key_name` and `algorithm` with its configuration");
    case BADSIG:
      return error("it has another secret for " + key + "; compare `secret` with its configuration");
    case BADTIME:
      return error("its clock says " + to_string(refusal.server_time) + " and is " +
                   distance(refusal.server_time, refusal.our_time) +
                   " from ours, where 5m are allowed; set the wrong one right");
    default:
      return error("it does not take a signature by " + key + "; see its log");
  }
}

}  // namespace

std::string code_name(const Refusal& refusal) {
  const std::string tsig = refusal.tsig_error ? " (" + name_of(refusal.tsig_error) + ")" : "";
  return name_of(refusal.rcode) + tsig;
}

Error unknown_zone(const Parties& parties, const Refusal& refusal) {
  return {ErrorKind::not_found,
          "rfc2136.zone",
          parties.server + " does not hold the zone " + parties.zone + ", or not for the key " + parties.key +
              ", it said " + code_name(refusal) +
              ": look at `zone` and `server` in the playbook, which must be its primary, and at what the key "
              "may do there",
          {},
          {},
          {}};
}

Error refusal_error(const Parties& parties, const Refusal& refusal, bool writing) {
  if (refusal.tsig_error != 0) return key_error(parties, refusal);
  const std::string said = ", it said " + code_name(refusal);
  const std::string asked =
      writing ? " refuses to change " + parties.zone : " refuses to tell of " + parties.zone;
  const auto error = [&](ErrorKind kind, const std::string& code, const std::string& message) {
    return Error{kind, code, message, {}, {}, {}};
  };
  switch (refusal.rcode) {
    case YXDOMAIN:
      return error(
          ErrorKind::drift, "dns.drift",
          "a name of " + parties.zone + " that is to become a CNAME has other records, and " +
              parties.server + " refused to put it beside them" + said +
              "; nothing was written, a CNAME stands alone (RFC 1034, 3.6.2): plan again, which names "
              "them");
    case NXDOMAIN:
    case YXRRSET:
    case NXRRSET:
      return error(ErrorKind::drift, "dns.drift",
                   parties.zone + " changed while it was to be written, and " + parties.server +
                       " refused to replace what it no longer holds" + said +
                       "; nothing was written, look who changed it and plan again");
    case SERVFAIL:
      return error(ErrorKind::no_answer, "rfc2136.trouble",
                   parties.server + " failed by itself over " + parties.zone + said +
                       ": see its log (a full disk, a frozen zone, a file it may not write)");
    case NOTAUTH:
    case NOTZONE:
      return unknown_zone(parties, refusal);
    case NOTIMP:
    case FORMERR:
      return error(ErrorKind::refused, "rfc2136.not-implemented",
                   parties.server + asked + said +
                       ": it knows no dynamic updates, or they are not enabled for this zone");
    case REFUSED:
      return error(
          ErrorKind::refused, "rfc2136.refused",
          parties.server + asked + said + ": " +
              (writing ? "its policy does not let the key " + parties.key +
                             " write this, or a name of the zone in an MX, NS or SRV would have no "
                             "address; its log says which"
                       : "its policy does not let the key " + parties.key + " read it; its log says why"));
    default:
      return error(ErrorKind::refused, "rfc2136.refused", parties.server + asked + said + "; see its log");
  }
}

}  // namespace mxodus::dns::rfc2136
