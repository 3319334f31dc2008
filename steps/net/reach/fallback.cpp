#include "steps/net/reach/fallback.h"

#include "orchestrator/core/text.h"
#include "steps/support/asking.h"

namespace mxodus::reach {
namespace {

// $1 address, $2 port, $3 seconds to connect, $4 seconds to wait for a greeting (0: none is awaited), of
// which all lines are printed: after "220-" it goes on. bash because no other shell opens connections;
// /dev/tcp is its own and needs no program.
constexpr char kScript[] = R"(
command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1 || { echo no-tool; exit 0; }
export LC_ALL=C
timeout $(($3 + $4)) bash -c '
  exec 3<>"/dev/tcp/$1/$2" || exit 7
  echo connected
  [ "$4" -eq 0 ] && exit
  for ((lines = 0; lines < 100; lines++)); do
    IFS= read -r -t "$4" line <&3 && printf "%s\n" "$line" || break
    case $line in [0-9][0-9][0-9]-*) ;; *) break ;; esac
  done
' mxodus "$1" "$2" "$3" "$4"
status=$?
[ "$status" -ne 124 ] || echo timed-out
exit 0
)";

std::string what_to_do(const std::string& vantage) {
  return "sshd on " + vantage +
         " forwards no connections; set AllowTcpForwarding yes there, or look from another host";
}

/// The line with which the greeting ends; empty where it does not.
std::string last_of_greeting(const std::string& out) {
  const auto goes_on = [](std::string_view line) {
    return line.size() > 3 && line[3] == '-' && line.find_first_not_of("0123456789") == 3;
  };
  for (const std::string& line : split(out.substr(out.find('\n') + 1), '\n'))
    if (!goes_on(line)) return line == "timed-out" ? std::string() : std::string(trim(line));
  return {};
}

/// What a command cannot see, though it is asked for; empty where the greeting is all.
std::string unseen(const Manner& manner) {
  const bool named = !manner.server_name.empty() && !manner.certificate_ignored;
  const bool tls = manner.certificate_counts || manner.min_days_left > 0 || named;
  if (!manner.recipients.empty()) return "whether it takes mail for the recipients";
  if (takes_logins(manner.protocol.protocol)) return "TLS, and whether anybody can log in";
  return tls ? "TLS and its certificate" : "";
}

FallbackAnswer read_greeting(const Manner& manner, const std::string& vantage, const std::string& greeting) {
  const bool smtp = speaks_smtp(manner.protocol.protocol);
  if (greeting.empty())
    return {Answer::silent, "connected by a command there, but no greeting came, or none that ends"};
  const bool right = greeting.starts_with(smtp ? "220" : "* OK");
  const std::string seen = "\"" + printable_line(greeting) + "\"";
  if (right && !unseen(manner).empty())
    return {Answer::prohibited, "it greets with " + seen + ", but a command there cannot see " +
                                    unseen(manner) + ": " + what_to_do(vantage)};
  if (right) return {Answer::open, "open, by a command there that read only the greeting " + seen};
  if (smtp && greeting.starts_with("4"))
    return {Answer::greeting_deferred, "the server answers, but not now: " + seen};
  if (smtp && greeting.starts_with("5"))
    return {Answer::greeting_refused, "the server does not want this client: " + seen};
  return {Answer::wrong_protocol, "something else answers, it said " + seen};
}

}  // namespace

FallbackAnswer look_by_command(HostReader& vantage, const Target& target, const Manner& manner,
                               const Deadline& deadline) {
  const ProtocolTraits& protocol = manner.protocol;
  if (protocol.tls_at_once && !manner.to_be_closed) return {Answer::prohibited, what_to_do(vantage.name())};
  const bool greets = protocol.protocol != Protocol::tcp && !manner.to_be_closed;
  const auto seconds = [](std::chrono::milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
  };
  const Command command =
      script_command(kScript, {target.address, std::to_string(target.port), seconds(manner.connect_within),
                               greets ? seconds(manner.greeting_within) : "0"});
  const auto bound = manner.connect_within + manner.greeting_within + std::chrono::seconds(5);
  const auto result = ask(vantage, command, "whether " + target.text() + " answers", deadline.at_most(bound));
  if (!result) return {Answer::prohibited, what_to_do(vantage.name()) + " (" + result.error().message + ")"};
  if (result->out.starts_with("no-tool"))
    return {Answer::prohibited, what_to_do(vantage.name()) + " (it has no bash or no timeout either)"};
  if (result->out.starts_with("connected"))
    return greets ? read_greeting(manner, vantage.name(), last_of_greeting(result->out))
                  : FallbackAnswer{Answer::open, "open, by a command there"};
  if (result->err.find("refused") != std::string::npos)
    return {Answer::refused, "the connection is refused: nothing listens there, or a firewall rejects it"};
  if (result->err.find("No route to host") != std::string::npos ||
      result->err.find("Host is unreachable") != std::string::npos ||  // as musl says it
      result->err.find("Permission denied") != std::string::npos)
    return {Answer::rejected, kRejected};
  if (result->out.starts_with("timed-out"))
    return {Answer::filtered, "nothing came back: a firewall on the way drops it, or the host is down"};
  return {Answer::no_route, vantage.name() + " has no way there: " + last_words(*result)};
}

}  // namespace mxodus::reach
