#include "steps/dns/scan/hit.h"

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/spf/record.h"

namespace mxodus::dns {
namespace {

bool is_spf(const RRset& set, const std::string& data) {
  return set.type == "SPF" || (set.type == "TXT" && spf::is_record(txt_text(data).value_or("")));
}

}  // namespace

bool Hit::is_at(const std::string& asked) const {
  return name == asked || (name.starts_with("*.") && is_within(asked, name.substr(2)));
}

std::string Hit::sentence() const {
  const std::string whose = form == "file" ? where : name + " " + form;
  const std::string& what = form == "file" ? data : term;
  const std::string part = what.empty() ? "" : " (" + what + ")";
  return whose + part + " leads to the old " + to + (by.empty() ? "" : " by " + by);
}

std::string Hit::mend() const {
  if (form == "file") return "change line " + where;
  return "change " + form + " of " + printable_line(name, 120) + ", " + printable_line(data, 120) + ", in " +
         where;
}

Value Hit::value() const {
  return ValueMap{{"form", form},
                  {"name", printable_line(name, 120)},
                  {"data", printable_line(data, 200)},
                  {"term", printable_line(term, 120)},
                  {"leads_to", to},
                  {"by", printable_line(by, 120)},
                  {"where", printable_line(where, 160)},
                  {"mend", printable_line(mend(), 300)}};
}

Hit hit_of(const SourceRecord& record, const Lead& lead) {
  return {is_spf(record.set, lead.data) ? "SPF" : record.set.type,
          record.set.name,
          lead.data,
          lead.term,
          lead.to,
          lead.by,
          record.where};
}

Hit hit_of(const std::string& host, const std::string& path, const LineHit& line) {
  return {"file",
          host,
          line.setting,
          "",
          line.to,
          "",
          host + ":" + printable_line(path, 200) + ":" + std::to_string(line.line)};
}

Hit hit_of(const Mention& mention, const std::string& to) {
  Hit hit = hit_of(mention.host, mention.path, {mention.line, mention.setting, to});
  hit.by = mention.name;
  return hit;
}

}  // namespace mxodus::dns
