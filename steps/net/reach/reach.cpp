#include "steps/net/reach/reach.h"

#include <algorithm>
#include <optional>

#include "orchestrator/core/parallel.h"
#include "steps/net/reach/dialogue.h"
#include "steps/net/reach/verdict.h"

namespace mxodus {
namespace {

using namespace reach;

constexpr std::size_t kAtOnce = 8;     // connections from one vantage
constexpr std::size_t kTargets = 256;  // more is a mistake

StepDeclaration declare_reach() {
  StepDeclaration declaration;
  declaration.name = "net.reach";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether a service answers, from where, over IPv4 and IPv6";
  declaration.doc =
      R"(Connects from `from` (the laptop, or any host through its SSH connection, with nothing installed there) to each
address of each target and speaks the protocol: a port that is open is not yet a mail server that answers. Names are
looked up by the own resolver, and each of their IPv4 and IPv6 addresses is tried by itself: a broken IPv6 hides behind
a working IPv4 otherwise.

The answers are told apart: `refused` (nothing listens), `filtered` (nothing came back), `rejected` (by ICMP: a firewall, or
a router before a host that is down), `silent` (no greeting), `hung_up`, `wrong_protocol` (a port-forward to another
service), `greeting_refused` (5xx: often the reputation of the address), `greeting_deferred` (4xx), `no_tls`,
`wrong_certificate`, `no_login`, `recipient_refused`, `recipient_taken`, `seen_elsewhere`, `no_route`, `prohibited`,
`no_name`. What could not be tried is unknown, never a failure and never fine; so is what is rejected, unless another port of the same address answers or is
refused: then it is closed. Unknown is also what the time of the step itself (its `timeout`, or 2 min) was too short for:
8 connections go at once, and silent ones take `connect_within` each.

SMTP servers that greet late on purpose are given `greeting_within`; nothing is sent before their greeting. One that has no
time (4xx) is asked once more after a pause of up to 5 s; if it still has none, that is a warning for `smtp`, because mail
servers try again, and a failure where people log in.

Where people log in, they must be able to: inside TLS `submission` and `submissions` must offer AUTH, `imap` and `imaps` must
not say LOGINDISABLED without another way to log in. An IMAP server that takes whoever connects for logged in (PREAUTH)
fails as well.

With `recipient` the server is asked, before the DNS leads there, whether it would take mail for these addresses: for
each MAIL FROM with the empty sender of bounces, RCPT TO, RSET, inside TLS where it is offered. No mail is sent. A refusal (5xx) is what
would bounce, and a failure with what the server said; a 4xx, as greylisting gives it to strangers, is a warning.
With `refuses` it is asked in the same way whether it refuses at once what is not for it: an address elsewhere, or it relays
for strangers; one of ours that does not exist, or it bounces to whom spam names as its sender. To take such mail is a failure.
Exchange may take all recipients and refuse the mail itself: there it says nothing.

With `seen_as` it is compared at which address the servers see this vantage, which behind a NAT need not be the one at which
it is reached: that is the one blacklists, PTR and SPF are about. Servers at Google and Microsoft say it in their reply to
EHLO, and so do Exim, Sendmail and Exchange; Postfix does not. Another address is a failure; that no server says it, a warning.

With `protocol: smtp` a certificate that does not hold is a warning, because mail servers do not check each other's; with the
others it is a failure. `certificate` changes that. A certificate that could be compared with no name, because the target is
an address and no `server_name` is given, is a warning.

`expect: closed` turns the question round: refused and filtered are then what is wanted, and a name without an address is a
warning. Many providers drop what goes out to port 25: with `closed`, a port 25 that is filtered is a warning unless another
port of the same address is asked and filtered too.

A vantage whose sshd forbids forwarding is helped by a command on that host, which reads the greeting: where TLS with its
certificate (also by a `server_name`), a login or a recipient is asked for as well, the answer is unknown.)";
  declaration.example = R"(smtp_from_outside:
  uses: net.reach
  from: out
  with:
    to: ["198.51.100.20", "2001:db8:51::20"]
    protocol: smtp
    server_name: mail.example.org
    recipient: info@example.org
)";
  declaration.params = {
      {.name = "to",
       .doc = "Names, addresses, `name:port`, `[2001:db8::1]:port`, or `mx:domain` for the hosts that take "
              "its mail.",
       .required = true,
       .list = true},
      {.name = "protocol",
       .type = ParamType::enumeration,
       .doc = "What is to answer; with it goes the usual port.",
       .fallback = "tcp",
       .choices = protocol_names()},
      {.name = "port",
       .type = ParamType::integer,
       .doc = "Ports in place of the usual one; `tcp` has none and needs it.",
       .list = true},
      {.name = "family",
       .type = ParamType::enumeration,
       .doc = "Which addresses of a name are tried.",
       .fallback = "both",
       .choices = {"both", "ipv4", "ipv6"}},
      {.name = "expect",
       .type = ParamType::enumeration,
       .doc = "Whether something is to answer; `closed` is fine with refused, and mostly with filtered.",
       .fallback = "open",
       .choices = {"open", "closed"}},
      {.name = "server_name",
       .type = ParamType::hostname,
       .doc = "The name that is sent as SNI and that the certificate must be for, in place of the target's "
              "own; a target written as an address has none."},
      {.name = "recipient",
       .doc = "Mail addresses, 20 at most, that the server must take mail for; with `protocol: smtp`.",
       .list = true},
      {.name = "refuses",
       .doc = "Mail addresses that it must refuse to take mail for, 20 at most with those of `recipient`.",
       .list = true},
      {.name = "seen_as",
       .type = ParamType::address,
       .doc = "The addresses at which servers may see the vantage, with `protocol: smtp`.",
       .list = true},
      {.name = "certificate",
       .type = ParamType::enumeration,
       .doc = "What a certificate that does not hold means; by default `warn` for smtp and `fail` for the "
              "others.",
       .choices = {"fail", "warn", "ignore"}},
      {.name = "min_days_left",
       .type = ParamType::integer,
       .doc = "How many days the certificate must still be valid.",
       .fallback = 0},
      {.name = "connect_within",
       .type = ParamType::duration,
       .doc = "How long a connection may take before it counts as filtered.",
       .fallback = "10s"},
      {.name = "greeting_within",
       .type = ParamType::duration,
       .doc = "How long to wait for the greeting; postscreen and the like take 6 to 15 s on purpose.",
       .fallback = "60s"},
  };
  declaration.outputs = {
      {.name = "results",
       .type = ParamType::map,
       .doc = "One entry a connection: target, name, address, family, port, answer, verdict, note, banner, "
              "capabilities, certificate, seen_as, recipients (what the server said of each), took. Of very "
              "many, those "
              "that are fine come without what the server said of itself, and the last not at all.",
       .list = true},
      {.name = "open",
       .type = ParamType::integer,
       .doc = "Connections at whose end the right thing answered."},
      {.name = "open_ipv4", .type = ParamType::integer, .doc = "The same over IPv4."},
      {.name = "open_ipv6", .type = ParamType::integer, .doc = "The same over IPv6."},
      {.name = "blocked",
       .type = ParamType::integer,
       .doc = "Connections that were refused, filtered or, by a host that is there, rejected."},
      {.name = "unknown", .type = ParamType::integer, .doc = "Connections that could not be tried."},
      {.name = "wrong",
       .type = ParamType::integer,
       .doc =
           "Connections that failed in another way: a server that refuses by its greeting, is silent or "
           "another one, a certificate, a login, a recipient, the address it sees us at; and names without "
           "an address."},
      {.name = "seen_as",
       .doc = "The addresses at which servers say that they see the vantage.",
       .list = true},
  };
  declaration.takes_vantage = true;
  declaration.tags = {"checks_reach"};
  return declaration;
}

std::vector<std::uint16_t> ports_of(const Params& params) {
  std::vector<std::uint16_t> ports;
  if (const auto* list = params.at("port").get<ValueList>())
    for (const Value& port : *list)
      if (const auto* number = port.get<std::int64_t>()) ports.push_back(static_cast<std::uint16_t>(*number));
  if (ports.empty()) ports.push_back(traits_of(params.text("protocol")).port);
  return ports;
}

std::vector<Recipient> recipients_of(const Params& params) {
  std::vector<Recipient> recipients;
  for (std::string& address : params.texts("recipient")) recipients.push_back({std::move(address), true});
  for (std::string& address : params.texts("refuses")) recipients.push_back({std::move(address), false});
  return recipients;
}

Manner manner_of(const StepContext& context, const std::string& vantage) {
  const Params& params = context.params();
  Manner manner{.protocol = traits_of(params.text("protocol")), .server_name = params.text("server_name")};
  const auto face = context.resources().hosts.find(vantage);
  const bool named = face != context.resources().hosts.end() && !face->second.helo.empty();
  manner.hello = named ? face->second.helo : "probe.invalid";
  const std::string policy = params.text("certificate");
  manner.certificate_counts = policy.empty() ? manner.protocol.certificate_counts : policy == "fail";
  manner.certificate_ignored = policy == "ignore";
  manner.min_days_left = static_cast<int>(params.integer("min_days_left"));
  manner.recipients = recipients_of(params);
  manner.seen_as = params.texts("seen_as");
  manner.to_be_closed = params.text("expect") == "closed";
  manner.connect_within = params.duration("connect_within")->value;
  manner.greeting_within = params.duration("greeting_within")->value;
  manner.again_after = std::min(manner.again_after, manner.greeting_within);
  return manner;
}

class NetReach final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    if (!params.waits_for().empty()) return {};
    const bool all_have_ports = all_written_ports(params);
    if (params.text("protocol") == "tcp" && !params.has("port") && !all_have_ports)
      return fail(ErrorKind::invalid, "reach.port", "`protocol: tcp` has no usual port", "add `port: 25`");
    if (const auto* list = params.at("port").get<ValueList>())
      for (const Value& port : *list)
        if (const auto* number = port.get<std::int64_t>(); !number || *number < 1 || *number > 65535)
          return fail(ErrorKind::invalid, "reach.port", "\"" + to_string(port) + "\" is no port: 1 to 65535");
    for (const std::string name : {"recipient", "refuses", "seen_as"}) {
      if (!params.has(name)) continue;
      if (params.text("protocol") != "smtp")
        return fail(ErrorKind::invalid, "reach.recipient",
                    "`" + name + "` is asked of a server that takes mail from others",
                    "write `protocol: smtp`");
      if (params.text("expect") == "closed")
        return fail(ErrorKind::invalid, "reach.recipient", "a port that is to be closed answers no question",
                    "leave out `" + name + "` or `expect`");
    }
    if (auto asked = check_recipients(recipients_of(params)); !asked) return asked;
    for (const std::string& text : params.texts("to"))
      if (auto wanted = parse_wanted(text); !wanted) return tl::unexpected(std::move(wanted).error());
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    std::vector<Wanted> wanted;
    for (const std::string& text : context.params().texts("to")) {
      auto one = parse_wanted(text);
      if (!one) return tl::unexpected(std::move(one).error());
      wanted.push_back(std::move(*one));
    }
    const Targets found = find_targets(wanted, ports_of(context.params()), context.params().text("family"),
                                       context.dns(), context.deadline());
    if (found.targets.size() > kTargets)
      return fail(ErrorKind::invalid, "reach.too-many",
                  std::to_string(found.targets.size()) + " connections are more than the " +
                      std::to_string(kTargets) + " that one step makes");
    HostReader& vantage = context.vantage();
    const Manner manner = manner_of(context, vantage.name());
    auto seen = look_at_all(vantage, found.targets, manner, context);
    if (!seen) return tl::unexpected(std::move(seen).error());
    Finding finding = judge(*seen, found.unresolved, vantage.name(), manner);
    Value& results = finding.outputs.at("results");
    context.keep_evidence("connections.json", to_indented_json(results));
    results = reach::results_to_keep(std::move(*results.get<ValueList>()));
    return finding;
  }

 private:
  static bool all_written_ports(const Params& params) {
    for (const std::string& text : params.texts("to"))
      if (const auto wanted = parse_wanted(text); wanted && wanted->port == 0) return false;
    return true;
  }

  static Result<std::vector<Observation>> look_at_all(HostReader& vantage, const std::vector<Target>& targets,
                                                      const Manner& manner, const StepContext& context) {
    std::vector<std::optional<Result<Observation>>> seen(targets.size());
    in_parallel(targets.size(), kAtOnce, [&](std::size_t at) {
      seen[at] = look(vantage, targets[at], manner, context.clock(), context.deadline());
    });
    std::vector<Observation> all;
    for (auto& one : seen) {
      if (!*one) return tl::unexpected(std::move(*one).error());
      all.push_back(std::move(**one));
    }
    return all;
  }

  StepDeclaration declaration_ = declare_reach();
};

}  // namespace

std::unique_ptr<StepType> make_net_reach() {
  return std::make_unique<NetReach>();
}

}  // namespace mxodus
