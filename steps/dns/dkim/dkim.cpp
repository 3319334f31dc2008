#include "steps/dns/dkim/dkim.h"

#include <optional>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "orchestrator/mail/dkim/key_record.h"
#include "steps/dns/dkim/declaration.h"
#include "steps/dns/dkim/host_key.h"
#include "steps/dns/judgement.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kDkimQuestions = 200;  // of one look
constexpr int kForbiddenBits = 1024;         // fewer must not be used, RFC 8301, 3.2
constexpr int kRecommendedBits = 2048;

/// One selector of one domain, as far as it has been looked at.
struct KeyLook {
  std::string name;  ///< "mail2026._domainkey.example.org"
  std::optional<dkim::PublicKey> published;
  bool testing = false;
  std::string match = "not asked";
  HostKey host;
  std::vector<std::string> paths;  ///< where it was looked for
};

Value look_value(const KeyLook& look) {
  return ValueMap{{"name", look.name},
                  {"type", look.published ? look.published->type : ""},
                  {"bits", std::int64_t{look.published ? look.published->bits : 0}},
                  {"usable", look.published.has_value()},
                  {"testing", look.testing},
                  {"match", look.match},
                  {"path", printable_line(look.host.path)},
                  {"mode", printable_line(look.host.mode, 10)},
                  {"owner", printable_line(look.host.owner, 60)}};
}

std::string record_of(const dkim::PublicKey& key) {
  return "TXT \"v=DKIM1; k=" + key.type + "; p=" + key.published + "\", in strings of 255 bytes at most";
}

class DkimLooker {
 public:
  explicit DkimLooker(StepContext& context)
      : context_(context), dns_(context.dns(), context.clock(), kDkimQuestions) {}

  Result<Finding> take() {
    const Params& params = context_.params();
    if (params.has("key") && !context_.has_host())
      return fail(ErrorKind::invalid, "dkim.no-host", "`key` is a file on a host, and the step has no host",
                  "add host: NAME to the step (mxodus probe: --host NAME)");
    for (const std::string& domain : params.texts("domain"))
      for (const std::string& selector : params.texts("selectors"))
        if (auto looked = look_at(normal_name(domain), selector); !looked)
          return tl::unexpected(looked.error());
    return finding();
  }

 private:
  /// Only an unreachable host is an error: what the host cannot say of a key is unknown for that key.
  /// `selector` as it is written: names of files have case, those of the DNS have none.
  Result<void> look_at(const std::string& domain, const std::string& selector) {
    KeyLook look;
    look.name = normal_name(selector) + "._domainkey." + domain;
    if (context_.has_host()) {
      look.paths = key_paths(context_.params().text("key"), domain, selector);
      auto key = ask_host_key(context_.host(), look.paths, context_.deadline());
      if (key) {
        look.host = std::move(*key);
        judge_host_key(look);
      } else if (key.error().kind == ErrorKind::unreachable) {
        return tl::unexpected(key.error());
      } else {
        look.match = "unknown";
        judgement_.add(Verdict::unknown, look.name + ": " + key.error().message);
      }
    }
    judge_record(look);
    if (context_.has_host() && look.match != "unknown") compare(look);
    looks_.push_back(std::move(look));
    return {};
  }

  std::string mend(const KeyLook& look) const {
    return look.host.path.empty() ? "" : "publish at " + look.name + " " + record_of(look.host.key);
  }

  void judge_host_key(const KeyLook& look) {
    const std::string& host = context_.host().name();
    if (look.host.path.empty())
      return judgement_.add(Verdict::fail,
                            "no private key for " + look.name + " is on " + host + ": there is no " +
                                printable_line(join(look.paths, ", no "), 400),
                            "restore it, or say with key: where it is");
    const std::string where = host + ":" + look.host.path;
    const std::string& mode = look.host.mode;
    const auto digit = [&](std::size_t from_right) {
      return mode.size() >= from_right ? mode[mode.size() - from_right] : '0';
    };
    if (digit(1) != '0')
      judgement_.add(Verdict::fail,
                     where + " is open to everybody on the host (mode " + mode + "): OpenDKIM refuses it",
                     "chmod 600 " + look.host.path);
    else if (digit(2) != '0')
      judgement_.add(Verdict::warn,
                     where + " may be used by its group (mode " + mode + ", " + look.host.owner +
                         "): OpenDKIM refuses that unless it is its own",
                     "chmod 600 " + look.host.path);
  }

  void judge_record(KeyLook& look) {
    const DnsAnswer answer = dns_.resolve(look.name, "TXT", context_.deadline());
    if (!is_answer(answer.status)) {
      look.match = context_.has_host() ? "unknown" : look.match;
      return judgement_.add(Verdict::unknown, look.name + " TXT could not be asked: " + unanswered(answer),
                            mend_of_unanswered(answer.status));
    }
    std::vector<std::string> texts;
    for (const std::string& data : answer.rrset.data)
      if (auto text = txt_text(data); text && dkim::is_key_record(*text)) texts.push_back(std::move(*text));
    if (texts.empty())
      return judgement_.add(Verdict::fail,
                            "no key is published at " + look.name + " (" + to_string(answer.status) + ")",
                            look.host.path.empty() ? "publish the key that its mail is signed with, or name "
                                                     "in `selectors` the one that is in use"
                                                   : mend(look));
    if (texts.size() > 1)
      return judgement_.add(Verdict::fail,
                            std::to_string(texts.size()) + " keys are published at " + look.name +
                                ": which one a receiver takes is chance",
                            "leave one, and give the other a selector of its own");
    if (answer.rrset.data.size() > 1)
      judgement_.add(Verdict::warn,
                     look.name + " has " + std::to_string(answer.rrset.data.size()) +
                         " TXT records, of which one is a key: what receivers do then is undefined (RFC "
                         "6376, 3.6.2.2)",
                     "leave the key alone there");
    judge_text(look, texts.front());
  }

  void judge_text(KeyLook& look, const std::string& text) {
    const dkim::KeyRecord record = dkim::parse_key_record(text);
    for (const std::string& oddity : record.oddities)
      judgement_.add(Verdict::warn, look.name + ": " + oddity);
    look.testing = record.testing;
    if (record.testing)
      judgement_.add(Verdict::warn,
                     look.name + " is in testing (t=y): receivers need not honour its signatures",
                     "take t=y out");
    if (record.revoked)
      return judgement_.add(Verdict::fail, "the key at " + look.name + " is revoked: p= is empty",
                            mend(look));
    for (const std::string& fault : record.faults)
      judgement_.add(Verdict::fail, "the key at " + look.name + " cannot be used: " + fault, mend(look));
    if (!record.faults.empty()) return;
    auto key = dkim::decode_public_key(record.type, record.key);
    if (!key)
      return judgement_.add(
          Verdict::fail, "the key at " + look.name + " cannot be used: " + key.error().message, mend(look));
    judge_strength(look, *key);
    if (key->type != "rsa" || key->bits >= kForbiddenBits) look.published = std::move(*key);
  }

  void judge_strength(const KeyLook& look, const dkim::PublicKey& key) {
    if (key.type != "rsa" || key.bits >= kRecommendedBits) return;
    const bool forbidden = key.bits < kForbiddenBits;
    judgement_.add(
        forbidden ? Verdict::fail : Verdict::warn,
        "the key at " + look.name + " has " + std::to_string(key.bits) + " bits" +
            (forbidden ? ": receivers must not accept it (RFC 8301)" : ", and 2048 are recommended"),
        "make a new key of 2048 bits under a new selector");
  }

  void compare(KeyLook& look) {
    if (look.host.path.empty() || !look.published) {
      look.match = "no";
      return;
    }
    look.match = look.host.key == *look.published ? "yes" : "no";
    if (look.match == "no")
      judgement_.add(Verdict::fail,
                     "the key at " + look.name + " is not that of " + context_.host().name() + ":" +
                         look.host.path + ": signatures made there do not verify",
                     mend(look) + "; or restore the old private key");
  }

  Finding finding() {
    ValueList results;
    ValueMap state;
    std::int64_t usable = 0, matching = 0;
    for (const KeyLook& look : looks_) {
      results.push_back(look_value(look));
      state[look.name] =
          ValueMap{{"key", look.published ? look.published->published : ""}, {"match", look.match}};
      usable += look.published ? 1 : 0;
      matching += look.match == "yes" ? 1 : 0;
    }
    context_.keep_evidence("dns.txt", dns_.protocol());
    context_.keep_evidence("dkim.json", to_indented_json(Value(results)));
    Finding finding = judgement_.finding(
        counted(usable, "published key") + " can be used" +
            (context_.has_host() ? ", and " + std::string(usable == 1 ? "is that" : "are those") + " of " +
                                       context_.host().name()
                                 : ""),
        std::move(results));
    finding.outputs["usable"] = usable;
    finding.outputs["matching"] = matching;
    finding.state = std::move(state);
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::vector<KeyLook> looks_;
  Judgement judgement_;
};

Result<void> check_dkim(const Params& params) {
  for (const std::string& selector : params.texts("selectors"))
    if (!canonical_hostname(selector))
      return fail(ErrorKind::invalid, "dkim.selector",
                  "\"" + printable_line(selector, 80) + "\" is no selector",
                  "write in `selectors` what stands before ._domainkey, as in mail2026");
  return {};
}

}  // namespace

std::unique_ptr<StepType> make_dns_dkim() {
  return make_look(
      declare_dkim(), [](StepContext& context) { return DkimLooker(context).take(); }, check_dkim);
}

}  // namespace mxodus
