#include "steps/net/reach/fallback.h"

#include "orchestrator/core/text.h"
#include "steps/support/asking.h"

namespace mxodus::reach {
namespace {

// $1 address, $2 port, $3 seconds to connect, $4 seconds to wait for a first line (0: none is awaited).
// bash because no other shell opens connections; /dev/tcp is its own and needs no program.
constexpr char kScript[] = R"(
command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1 || { echo no-tool; exit 0; }
export LC_ALL=C
timeout $(($3 + $4)) bash -c '
  exec 3<>"/dev/tcp/$1/$2" || exit 7
  echo connected
  [ "$4" -eq 0 ] || { IFS= read -r -t "$4" line <&3 && printf "%s\n" "$line"; }
' mxodus "$1" "$2" "$3" "$4"
status=$?
[ "$status" -ne 124 ] || echo timed-out
exit 0
)";

std::string what_to_do(const std::string& vantage) {
  return "sshd on " + vantage +
         " forwards no connections; set AllowTcpForwarding yes there, or look from another host";
}

std::string first_line_after(const std::string& out, std::string_view mark) {
  const auto lines = split(out, '\n');
  return lines.size() > 1 && lines[0] == mark ? lines[1] : std::string();
}

FallbackAnswer read_greeting(const Manner& manner, const std::string& greeting) {
  const bool smtp = speaks_smtp(manner.protocol.protocol);
  if (greeting.empty() || greeting == "timed-out")
    return {Answer::silent, "connected by a command there, but no greeting came"};
  const bool right = greeting.starts_with(smtp ? "220" : "* OK");
  const std::string seen = "\"" + printable_line(greeting) + "\"";
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
  if (protocol.tls_at_once) return {Answer::prohibited, what_to_do(vantage.name())};
  const bool greets = protocol.protocol != Protocol::tcp;
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
    return greets ? read_greeting(manner, first_line_after(result->out, "connected"))
                  : FallbackAnswer{Answer::open, "open, by a command there"};
  if (result->err.find("refused") != std::string::npos)
    return {Answer::refused, "the connection is refused: nothing listens there, or a firewall rejects it"};
  if (result->out.starts_with("timed-out"))
    return {Answer::filtered, "nothing came back: a firewall on the way drops it, or the host is down"};
  return {Answer::no_route, vantage.name() + " has no way there: " + last_words(*result)};
}

}  // namespace mxodus::reach
