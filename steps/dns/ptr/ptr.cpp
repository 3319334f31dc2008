#include "steps/dns/ptr/ptr.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "steps/dns/judgement.h"
#include "steps/dns/ptr/reverse.h"
#include "steps/dns/rows.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kPtrQuestions = 400;  // of one look

StepDeclaration declare() {
  StepDeclaration declaration;
  declaration.name = "dns.ptr";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether the names of addresses lead back to them";
  declaration.doc =
      R"(Asks the reverse DNS of each address, IPv4 and IPv6 each by itself, and whether one of the names found leads back to the
address (forward-confirmed reverse DNS). Large receivers refuse mail from an address without it; an IPv6 address that the
provider gives no name is refused where the IPv4 address of the same host is not.

A failure: no name (`missing`), names of which none leads back (`mismatch`), and a HELO name that does not lead to the address. A
warning: several names, a name that looks like those of dynamic addresses or is made of the address, and a HELO name
that is not among the names. What could not be asked is unknown.

Only the provider of the address can mend a missing name: in its panel or by a ticket, which may take days.)";
  declaration.example = R"(named_in_both_families:
  uses: dns.ptr
  with: {address: [198.51.100.20, "2001:db8:51::20"], helo: mail.example.org}
  until: self.confirmed == 2
  every: 1h
  deadline: 2d
)";
  declaration.params = {
      required(addresses_param("address", "The addresses from which mail leaves, IPv4 and IPv6.")),
      {.name = "helo", .type = ParamType::hostname, .doc = "The name that the host says in EHLO."},
  };
  declaration.outputs = {
      {.name = "confirmed",
       .type = ParamType::integer,
       .doc = "How many addresses have a name that leads back."},
      results_output("One entry an address: address, standing (confirmed, missing, mismatch, unknown), "
                     "names, helo (yes, no, unknown; empty without `helo`)."),
      warnings_output("What receivers may distrust."),
      mend_output("What to have changed."),
  };
  return declaration;
}

class PtrLooker {
 public:
  explicit PtrLooker(StepContext& context)
      : context_(context),
        dns_(context.dns(), context.clock(), kPtrQuestions),
        helo_(normal_name(context.params().text("helo"))) {}

  Finding take() {
    for (const std::string& address : context_.params().texts("address")) {
      const ReverseLook look = look_back(address, dns_, context_.deadline());
      judge_names(look);
      const std::string said = helo_.empty() ? "" : judge_helo(look);
      ValueList names;
      for (const ReverseName& name : look.names) names.push_back(printable_line(name.name));
      results_.push_back(ValueMap{{"address", address},
                                  {"standing", to_string(look.standing())},
                                  {"names", std::move(names)},
                                  {"helo", said}});
      if (look.standing() == ReverseStanding::confirmed) ++confirmed_;
    }
    return finding();
  }

 private:
  std::string wish(const ReverseLook& look) const {
    return "have the provider of " + look.address + " set PTR of " + look.reverse + " to " +
           (helo_.empty() ? "the name the host says in EHLO" : helo_);
  }

  void judge_names(const ReverseLook& look) {
    std::vector<std::string> told;
    for (const ReverseName& name : look.names) told.push_back(name.name + " " + name.note);
    switch (look.standing()) {
      case ReverseStanding::missing:
        return judgement_.add(
            Verdict::fail, look.address + " has no name in the reverse DNS (" + to_string(look.status) + ")",
            wish(look));
      case ReverseStanding::mismatch:
        return judgement_.add(
            Verdict::fail, "no name of " + look.address + " leads back to it: " + join(told, ", "),
            "publish " + look.address + " at " + look.names.front().name + ", or " + wish(look));
      case ReverseStanding::unknown:
        return judgement_.add(Verdict::unknown,
                              look.names.empty() ? look.reverse + " PTR could not be asked: " + look.why
                                                 : "whether " + look.address +
                                                       " has a name that leads back is not "
                                                       "known: " +
                                                       join(told, ", "),
                              mend_of_unanswered(look.status));
      case ReverseStanding::confirmed:
        break;
    }
    warn_of_names(look);
  }

  void warn_of_names(const ReverseLook& look) {
    if (look.names.size() > 1)
      judgement_.add(Verdict::warn,
                     look.address + " has " + std::to_string(look.names.size()) +
                         " names in the reverse DNS: which one a receiver takes is chance",
                     wish(look) + " alone");
    for (const ReverseName& name : look.names)
      if (const std::string why = looks_generic(name.name, look.address); !why.empty())
        judgement_.add(
            Verdict::warn,
            name.name + ", the name of " + look.address + ", looks like that of a dynamic address: " + why,
            wish(look));
  }

  /// Judges the HELO name against one address, and says whether it leads there.
  std::string judge_helo(const ReverseLook& look) {
    const ReverseName said = look_forward(helo_, look.address, dns_, context_.deadline());
    if (said.forward == Forward::unknown) {
      judgement_.add(Verdict::unknown, "whether the HELO name " + helo_ + " leads to " + look.address +
                                           " is not known: " + said.note);
      return "unknown";
    }
    if (said.forward == Forward::no) {
      judgement_.add(Verdict::fail,
                     "the HELO name " + helo_ + " does not lead to " + look.address + ": it " + said.note,
                     "publish " + look.address + " at " + helo_);
      return "no";
    }
    const bool named = std::any_of(look.names.begin(), look.names.end(),
                                   [&](const ReverseName& name) { return name.name == helo_; });
    if (!named && look.standing() == ReverseStanding::confirmed)
      judgement_.add(Verdict::warn,
                     "the HELO name " + helo_ + " is not the name of " + look.address + ", which is " +
                         look.names.front().name,
                     wish(look));
    return "yes";
  }

  Finding finding() {
    context_.keep_evidence("dns.txt", dns_.protocol());
    Finding finding = judgement_.finding(
        confirmed_ == 1
            ? "the address has a name that leads back to it"
            : "all " + std::to_string(confirmed_) + " addresses have a name that leads back to them",
        results_);
    finding.outputs["confirmed"] = confirmed_;
    finding.state = Value(std::move(results_));
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::string helo_;
  ValueList results_;
  Judgement judgement_;
  std::int64_t confirmed_ = 0;
};

}  // namespace

std::unique_ptr<StepType> make_dns_ptr() {
  return make_look(declare(), [](StepContext& context) { return PtrLooker(context).take(); });
}

}  // namespace mxodus
