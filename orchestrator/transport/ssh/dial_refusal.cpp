#include "orchestrator/transport/ssh/dial_refusal.h"

#include "orchestrator/core/text.h"

namespace mxodus {

Error dial_refusal(const Endpoint& endpoint, const std::string& from, const std::string& said) {
  const std::string where = printable_line(endpoint.host) + " port " + std::to_string(endpoint.port);
  const auto says = [&](std::string_view text) { return said.find(text) != std::string::npos; };
  const auto error = [&](ErrorKind kind, const char* code, const std::string& message,
                         const char* hint = "") {
    return Error{kind, code, message + " (" + said + ")", {}, {}, hint};
  };
  if (says("error (1)"))
    return error(ErrorKind::refused, "dial.prohibited",
                 "the SSH server of " + from + " does not forward connections to " + where,
                 "AllowTcpForwarding and PermitOpen in sshd_config decide this");
  if (says("Connection refused") || says("Connection reset"))
    return error(ErrorKind::refused, "dial.refused", where + " refuses connections from " + from);
  if (says("timed out"))
    return error(ErrorKind::no_answer, "dial.timeout",
                 where + " does not answer " + from + ": filtered or down");
  if (says("not known") || says("No address associated") || says("nodename nor servname"))
    return error(ErrorKind::not_found, "dial.name",
                 printable_line(endpoint.host) + " does not resolve on " + from);
  if (says("name resolution"))
    return error(ErrorKind::no_answer, "dial.resolver",
                 "the resolver of " + from + " could not say where " + printable_line(endpoint.host) + " is");
  // EHOSTUNREACH as glibc and as musl put it, and EACCES: a firewall said so by ICMP, or a router before a
  // host that is down.
  if (says("No route") || says("Host is unreachable") || says("Permission denied"))
    return error(ErrorKind::unreachable, "dial.rejected",
                 from + " is told that " + where +
                     " is out of reach: a firewall rejects the connection, or the host is down");
  if (says("unreachable"))
    return error(ErrorKind::unreachable, "dial.route", "there is no way to " + where + " from " + from);
  return error(ErrorKind::no_answer, "dial.unclear",
               from + " could not connect to " + where + " and its SSH server does not say why");
}

}  // namespace mxodus
