#pragma once

#include <string>
#include <vector>

namespace mxodus::reach {

/// The address at which a server says that it sees its client, in the first line of its reply to EHLO:
/// "mx.google.com at your service, [192.0.2.1]", as Exim, Sendmail and Exchange write it too. No RFC asks for
/// it. Empty where it says none, or one of a private network: its own view, behind a proxy.
std::string source_in_hello(const std::string& line);

/// Whether `address` is one of these, in whatever spelling.
bool is_one_of(const std::string& address, const std::vector<std::string>& addresses);

}  // namespace mxodus::reach
