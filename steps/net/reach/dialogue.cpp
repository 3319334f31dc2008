#include "steps/net/reach/dialogue.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "orchestrator/core/text.h"
#include "orchestrator/mail/imap_client.h"
#include "orchestrator/mail/smtp_client.h"
#include "steps/net/reach/fallback.h"
#include "steps/net/reach/source.h"

namespace mxodus::reach {
namespace {

constexpr std::size_t kCapabilities = 60;
constexpr std::chrono::seconds kVantageAnswersWithin{10};
constexpr char kLongerTimeout[] = "give the step a longer timeout";

std::string seconds_text(std::chrono::milliseconds time) {
  return to_string(Duration{time});
}

/// One look; fills in the observation as it goes.
class DialogueLooker {
 public:
  DialogueLooker(const Target& target, const Manner& manner, const Clock& clock, const Deadline& deadline)
      : manner_(manner), clock_(clock), deadline_(deadline) {
    seen_.target = target;
  }

  Observation take() { return std::move(seen_); }

  Deadline wait_for_connection() { return wait(manner_.connect_within); }

  void found(Answer answer, std::string note) {
    seen_.answer = answer;
    seen_.note = std::move(note);
  }

  void dial_failed(const Error& error, const std::string& vantage) {
    if (error.code == "dial.refused") {
      found(Answer::refused, "the connection is refused: nothing listens there, or a firewall rejects it");
    } else if (error.code == "dial.timeout") {
      nothing_came(Answer::filtered, "nothing came back",
                   ": a firewall on the way drops it, or the host is down");
    } else if (error.code == "dial.rejected") {
      found(Answer::rejected, kRejected);
    } else if (error.kind == ErrorKind::unreachable && error.code != "dial.vantage") {
      found(Answer::no_route, vantage + " has no way there: " + error.message);
    } else {
      found(Answer::unknown, "it could not be tried: " + error.message);
    }
  }

  void converse(UniqueFd fd) {
    std::unique_ptr<ByteStream> stream = std::make_unique<FdStream>(std::move(fd));
    found(Answer::open, "open");
    if (manner_.protocol.tls_at_once) {
      auto tls = TlsStream::connect(std::move(stream), name(), wait_for_greeting());
      if (!tls) return tls_failed(tls.error());
      certificate_seen((*tls)->session());
      stream = std::move(*tls);
    }
    if (speaks_smtp(manner_.protocol.protocol)) {
      smtp(std::move(stream));
    } else if (speaks_imap(manner_.protocol.protocol)) {
      imap(std::move(stream));
    }
  }

 private:
  Deadline wait_for_greeting() { return wait(manner_.greeting_within); }
  Deadline wait_for_reply() { return wait(manner_.reply_within); }
  /// Keeps for the sentence how long that really is: the step's own time may end before.
  Deadline wait(std::chrono::milliseconds wished) {
    const auto left = deadline_.left();
    cut_short_ = left < wished;
    waiting_ = std::min<std::chrono::milliseconds>(wished, std::chrono::ceil<std::chrono::seconds>(left));
    return deadline_.at_most(wished);
  }

  /// Silence is an answer only where it was listened to as long as the manner says. A port that is to be
  /// closed is open once it has connected, however short that was.
  void nothing_came(Answer answer, const std::string& what, const std::string& causes) {
    const std::string seen = what + " within " + seconds_text(waiting_);
    const bool enough = answer == Answer::silent && manner_.to_be_closed;
    if (!cut_short_ || enough) return found(answer, seen + causes);
    found(Answer::unknown, seen + ", when the step's own time was over; " + kLongerTimeout);
  }
  const std::string& name() const {
    return manner_.server_name.empty() ? seen_.target.name : manner_.server_name;
  }

  void smtp(std::unique_ptr<ByteStream> stream) {
    SmtpClient client(std::move(stream));
    const auto greeting = client.greeting(wait_for_greeting());
    if (!greeting) return unanswered(greeting.error(), "");
    seen_.banner = greeting->text();
    if (!greeting->positive()) {
      client.quit(wait_for_reply());
      const bool later = greeting->code / 100 == 4;
      return found(later ? Answer::greeting_deferred : Answer::greeting_refused,
                   std::string("the server answers, but ") +
                       (later ? "not now" : "does not want this client") + ": \"" + seen_.banner + "\"");
    }
    if (!smtp_hello(client)) return;
    if (manner_.protocol.starttls) smtp_starttls(client);
    if (seen_.answer == Answer::open) smtp_login(client);
    if (seen_.answer == Answer::open) compare_source();
    if (seen_.answer == Answer::open && !manner_.recipients.empty()) smtp_recipients(client);
    client.quit(wait_for_reply());
  }

  void smtp_login(const SmtpClient& client) {
    if (!takes_logins(manner_.protocol.protocol)) return;
    const auto& offered = client.capabilities();
    const auto mechanisms = offered.find("AUTH");
    if (mechanisms != offered.end() && !trim(mechanisms->second).empty()) return;
    found(Answer::no_login, "the server offers no AUTH" + inside_tls() +
                                ", so that nobody can log in to send: switch on its SASL, and see that the "
                                "daemon behind it runs");
  }

  /// Goes as far as a server that has mail for them would, and sends none. Each is asked for by itself: of a
  /// mail without a sender, which may only be a bounce, many servers take no second recipient.
  void smtp_recipients(SmtpClient& client) {
    SmtpReply reply;
    bool asked = false;
    for (const Recipient& recipient : manner_.recipients) {
      if (reply.code != 421) {  // after it the server is gone, and said it of the others too
        auto said = smtp_recipient(client, recipient.address, asked);
        if (!said) return;
        reply = std::move(*said);
      }
      seen_.recipients.push_back({recipient, reply.code, reply.text(), asked});
    }
    const std::string refused = refused_recipients(seen_.recipients);
    const std::string taken = taken_recipients(seen_.recipients);
    if (!refused.empty()) found(Answer::recipient_refused, refused + (taken.empty() ? "" : "; " + taken));
    if (refused.empty() && !taken.empty()) found(Answer::recipient_taken, taken);
    if (std::string undecided = undecided_recipients(seen_.recipients); !undecided.empty())
      seen_.warnings.push_back(std::move(undecided));
  }

  /// What the server says of one, and whether that was `asked` or is said of everybody; nothing where that is
  /// found out already to be no answer.
  std::optional<SmtpReply> smtp_recipient(SmtpClient& client, const std::string& recipient, bool& asked) {
    const auto heard = [this](Result<SmtpReply> said,
                              const std::string& command) -> std::optional<SmtpReply> {
      if (said) return std::move(*said);
      unanswered(said.error(), command);
      return std::nullopt;
    };
    if (!seen_.recipients.empty()) {
      // Its answer is waited for, or the next ones would be taken for those of other questions.
      auto forgotten = heard(client.reset(wait_for_reply()), "RSET");
      if (!forgotten || forgotten->code == 421) return forgotten;
    }
    auto reply = heard(client.mail_from("", wait_for_reply()), "MAIL FROM");
    asked = reply && reply->code / 100 == 2;
    if (asked)  // it may ask elsewhere before it answers
      reply = heard(client.rcpt_to(recipient, wait_for_greeting()), "RCPT TO:<" + recipient + ">");
    return reply;
  }

  std::string inside_tls() const { return seen_.tls ? " inside TLS" : ""; }

  bool smtp_hello(SmtpClient& client) {
    const auto reply = client.hello(manner_.hello, wait_for_reply());
    if (!reply) {
      unanswered(reply.error(), "EHLO");
      return false;
    }
    if (reply->code != 250) {
      found(reply->code / 100 == 4 ? Answer::greeting_deferred : Answer::greeting_refused,
            "the server refuses our EHLO: \"" + reply->text() + "\"");
      return false;
    }
    seen_.capabilities.clear();
    for (const auto& [keyword, parameters] : client.capabilities())
      remember_capability(parameters.empty() ? keyword : keyword + " " + parameters);
    if (const std::string source = source_in_hello(reply->lines.front()); !source.empty())
      seen_.seen_as = source;
    return true;
  }

  void compare_source() {
    if (seen_.seen_as.empty() || manner_.seen_as.empty() || is_one_of(seen_.seen_as, manner_.seen_as)) return;
    found(Answer::seen_elsewhere,
          "the server sees us at " + seen_.seen_as + " and not at " + join(manner_.seen_as, " or ") +
              ": blacklists, PTR and SPF count for the former; let mail leave from an address of its own, or "
              "see to that one");
  }

  void smtp_starttls(SmtpClient& client) {
    if (!client.capabilities().contains("STARTTLS")) return no_starttls("it does not offer STARTTLS");
    const auto session = client.start_tls(name(), wait_for_reply());
    if (!session) return tls_failed(session.error());
    if (tls_begun(*session, client.injected_bytes())) smtp_hello(client);
  }

  /// Whether what is said inside may be believed.
  bool tls_begun(const TlsSession& session, std::size_t injected) {
    certificate_seen(session);
    if (injected > 0)
      found(Answer::no_tls,
            "bytes were injected before the TLS handshake: something on the way tampers with it");
    return seen_.answer == Answer::open;
  }

  void imap(std::unique_ptr<ByteStream> stream) {
    ImapClient client(std::move(stream));
    const auto greeting = client.greeting(wait_for_greeting());
    if (!greeting) return unanswered(greeting.error(), "");
    seen_.banner = printable_line("* " + greeting->status + " " + greeting->text);
    if (!greeting->ok())
      return found(Answer::greeting_refused,
                   "the server does not want this client: \"" + seen_.banner + "\"");
    if (greeting->status == "PREAUTH")
      found(Answer::no_login,
            "the server takes whoever connects for logged in already and asks for no "
            "password (PREAUTH): what answers is not what mail programs shall find");
    else if (imap_capabilities(client) && (!manner_.protocol.starttls || imap_starttls(client)))
      imap_login();
    if (seen_.answer != Answer::silent) client.logout(wait_for_reply());
  }

  /// Asks what the server can. False where that leads no further.
  bool imap_capabilities(ImapClient& client) {
    auto capabilities = client.capabilities(wait_for_reply());
    if (!capabilities && capabilities.error().code == "imap.capability") {
      found(Answer::greeting_refused, capabilities.error().message);
    } else if (!capabilities) {
      unanswered(capabilities.error(), "CAPABILITY");
    } else {
      imap_can_ = std::move(*capabilities);
      seen_.capabilities.clear();
      for (const std::string& capability : imap_can_) remember_capability(capability);
      if (!imap_can("IMAP4REV1") && !imap_can("IMAP4REV2"))
        found(Answer::wrong_protocol,
              "the server offers neither IMAP4rev1 nor IMAP4rev2: no mail program "
              "can use it, something else stands at this port");
    }
    return seen_.answer == Answer::open;
  }

  /// Whether the dialogue goes on, over TLS or as it is.
  bool imap_starttls(ImapClient& client) {
    if (!imap_can("STARTTLS")) {
      no_starttls("it does not offer STARTTLS");
    } else if (const auto session = client.start_tls(name(), wait_for_reply()); !session) {
      tls_failed(session.error());
    } else if (tls_begun(*session, client.injected_bytes())) {
      return imap_capabilities(client);  // those inside TLS are others (RFC 9051, 6.2.1)
    }
    return seen_.answer == Answer::open;
  }

  void imap_login() {
    const bool other_way = std::any_of(imap_can_.begin(), imap_can_.end(),
                                       [](const std::string& can) { return can.starts_with("AUTH="); });
    if (imap_can("LOGINDISABLED") && !other_way)
      found(Answer::no_login, "the server says LOGINDISABLED" + inside_tls() +
                                  ", so that nobody can log in: see what its log and its settings of "
                                  "authentication say");
  }

  bool imap_can(const std::string& what) const {
    return std::find(imap_can_.begin(), imap_can_.end(), what) != imap_can_.end();
  }

  void remember_capability(const std::string& capability) {
    if (seen_.capabilities.size() < kCapabilities)
      seen_.capabilities.push_back(printable_line(capability, 100));
  }

  /// Not offered, or offered and then refused: the same to whoever wants TLS.
  void no_starttls(const std::string& why) {
    if (manner_.certificate_counts)
      found(Answer::no_tls, "it answers, but " + why);
    else if (!manner_.certificate_ignored)
      seen_.warnings.push_back(why);
  }

  /// No answer to `command`, or none that can be read; to none: there was no greeting.
  void unanswered(const Error& error, const std::string& command) {
    const bool greeted = !command.empty();
    if (error.code == "net.timeout") {
      nothing_came(
          Answer::silent,
          greeted ? "the server greets, but does not answer " + command : "connected, but no greeting came",
          ": the service behind the port hangs, or a middlebox holds the line");
    } else if (error.code == "net.closed" || error.code == "imap.hung-up") {
      found(Answer::hung_up, (greeted ? "the server greets, but hangs up at " + command
                                      : "connected, but the server hung up before its greeting") +
                                 ": look into its log for this time");
    } else if (error.code == "smtp.not-smtp" || error.code == "imap.not-imap") {
      found(Answer::wrong_protocol, error.message + ": does a port-forward lead to another service or host?");
    } else {
      found(Answer::wrong_protocol, error.message);
    }
  }

  void tls_failed(const Error& error) {
    if (error.code == "smtp.no-starttls" || error.code == "imap.no-starttls")
      return no_starttls(error.message);
    const bool at_once = manner_.protocol.tls_at_once;
    if (error.code == "net.timeout") {
      nothing_came(Answer::silent,
                   at_once ? "connected, but the TLS handshake did not end"
                           : "the server greets, but TLS did not begin after STARTTLS",
                   "");
    } else if (error.code == "tls.not-tls") {
      found(Answer::wrong_protocol, error.message + ": does a port-forward lead to another service?");
    } else if (error.code == "net.closed") {
      found(Answer::hung_up, std::string(at_once ? "connected, but the server hung up in the TLS handshake"
                                                 : "the server greets, but hangs up at STARTTLS") +
                                 ": look into its log for this time");
    } else {
      found(Answer::no_tls, error.message);
    }
  }

  void certificate_seen(const TlsSession& session) {
    seen_.tls = session;
    if (manner_.certificate_ignored) return;
    const Certificate& certificate = session.certificate;
    std::vector<std::string> faults = certificate.chain_faults;
    if (!certificate.name_fault.empty()) faults.push_back(certificate.name_fault);
    const auto left = certificate.not_after ? certificate.not_after->since_epoch - clock_.now().since_epoch
                                            : std::chrono::milliseconds(0);
    if (certificate.chain_faults.empty() && left < std::chrono::hours(24) * manner_.min_days_left)
      faults.push_back("it ends in " + to_string(Duration{left}) + ", wanted are " +
                       std::to_string(manner_.min_days_left) + " days");
    if (name().empty() && !session.chain.empty())
      seen_.warnings.push_back("its certificate was compared with no name: it is for " +
                               certificate.owners() + "; give server_name");
    seen_.certificate_fault = join(faults, "; ");
    if (faults.empty()) return;
    if (manner_.certificate_counts)
      found(Answer::wrong_certificate, "the certificate does not hold: " + seen_.certificate_fault);
    else
      seen_.warnings.push_back("its certificate does not hold: " + seen_.certificate_fault);
  }

  const Manner& manner_;
  const Clock& clock_;
  const Deadline& deadline_;
  Observation seen_;
  std::vector<std::string> imap_can_;  ///< in upper case, of the last answer
  std::chrono::milliseconds waiting_{0};
  bool cut_short_ = false;  ///< the step's own time ends before the wait that was wished for
};

}  // namespace

const char* to_string(Answer answer) {
  switch (answer) {
    case Answer::open:
      return "open";
    case Answer::refused:
      return "refused";
    case Answer::filtered:
      return "filtered";
    case Answer::rejected:
      return "rejected";
    case Answer::silent:
      return "silent";
    case Answer::hung_up:
      return "hung_up";
    case Answer::wrong_protocol:
      return "wrong_protocol";
    case Answer::greeting_refused:
      return "greeting_refused";
    case Answer::greeting_deferred:
      return "greeting_deferred";
    case Answer::no_tls:
      return "no_tls";
    case Answer::wrong_certificate:
      return "wrong_certificate";
    case Answer::no_login:
      return "no_login";
    case Answer::recipient_refused:
      return "recipient_refused";
    case Answer::recipient_taken:
      return "recipient_taken";
    case Answer::seen_elsewhere:
      return "seen_elsewhere";
    case Answer::no_route:
      return "no_route";
    case Answer::prohibited:
      return "prohibited";
    case Answer::no_name:
      return "no_name";
    case Answer::unknown:
      break;
  }
  return "unknown";
}

namespace {

Observation look_once(HostReader& vantage, const Target& target, const Manner& manner, const Clock& clock,
                      const Deadline& deadline) {
  DialogueLooker one(target, manner, clock, deadline);
  if (deadline.passed()) {
    one.found(Answer::unknown,
              std::string("the step's own time was over before it could be tried; ") + kLongerTimeout);
    return one.take();
  }
  auto fd = vantage.dial({target.address, target.port}, one.wait_for_connection());
  if (fd) {
    one.converse(std::move(*fd));
  } else if (fd.error().code == "dial.prohibited") {
    const FallbackAnswer fallback = look_by_command(vantage, target, manner, deadline);
    one.found(fallback.answer, fallback.note);
  } else {
    one.dial_failed(fd.error(), vantage.name());
  }
  return one.take();
}

/// Until the deadline, or until somebody stops it.
void sit_out(const Deadline& deadline) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, deadline.stop_token(), deadline.left(), [] { return false; });
}

/// Looks once more where that may show another thing.
void look_again(Observation& seen, HostReader& vantage, const Manner& manner, const Clock& clock,
                const Deadline& deadline) {
  if (manner.to_be_closed) return;  // it is not, and no second look makes it so
  // Where the vantage's own connection broke it looks the same: what happens twice is the target's doing.
  if (seen.answer == Answer::hung_up && !deadline.stopped())
    seen = look_once(vantage, seen.target, manner, clock, deadline);
  if (seen.answer != Answer::greeting_deferred) return;
  sit_out(deadline.at_most(manner.again_after));
  if (deadline.passed()) return;
  seen = look_once(vantage, seen.target, manner, clock, deadline);
  if (seen.answer == Answer::greeting_deferred) seen.note += ", asked twice";
}

/// Silence and a closed connection tell of the target only where the vantage itself still answers.
void doubt_a_silent_vantage(Observation& seen, HostReader& vantage, const Deadline& deadline) {
  if (seen.answer != Answer::silent && seen.answer != Answer::hung_up) return;
  const auto answers = vantage.identify(deadline.at_most(kVantageAnswersWithin));
  if (answers) return;
  seen.answer = Answer::unknown;
  seen.note = "it could not be tried to the end: " + answers.error().message;
}

}  // namespace

Result<Observation> look(HostReader& vantage, const Target& target, const Manner& manner, const Clock& clock,
                         const Deadline& deadline) {
  const auto begun = clock.monotonic();
  Observation seen = look_once(vantage, target, manner, clock, deadline);
  look_again(seen, vantage, manner, clock, deadline);
  doubt_a_silent_vantage(seen, vantage, deadline);
  if (deadline.stopped())
    return fail(ErrorKind::cancelled, "reach.stopped", "the look at " + target.text() + " was stopped");
  seen.took = clock.monotonic() - begun;
  return seen;
}

}  // namespace mxodus::reach
