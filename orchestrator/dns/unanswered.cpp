#include "orchestrator/dns/unanswered.h"

#include "orchestrator/core/text.h"
#include "orchestrator/dns/remembering_asker.h"

namespace mxodus {

std::string unanswered(const DnsAnswer& answer) {
  const std::string why = printable_line(answer.note);
  return to_string(answer.status) + (why.empty() ? "" : " (" + why + ")");
}

std::string mend_of_unanswered(DnsStatus status) {
  return status == DnsStatus::bogus ? "compare the DS at the parent with the keys of the zone" : "";
}

}  // namespace mxodus
