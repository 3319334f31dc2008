#include "steps/dns/dkim/host_key.h"

#include "orchestrator/core/text.h"
#include "steps/support/asking.h"

namespace mxodus::dns {
namespace {

// $@: candidates. The first that is there is taken. Prints "none", or the path, "MODE OWNER", and the public
// half. -passin keeps openssl from asking on a terminal for the passphrase of a key that has one.
constexpr char kScript[] = R"(
export LC_ALL=C
for path; do
  if [ ! -e "$path" ]; then
    folder=${path%/*}
    while [ ! -e "$folder" ] && [ -n "$folder" ]; do folder=${folder%/*}; done
    [ -x "${folder:-/}" ] || { printf 'closed\n%s\n' "$folder"; exit 0; }
    continue
  fi
  command -v openssl >/dev/null 2>&1 || { echo no-tool; exit 0; }
  printf 'key\n%s\n' "$path"
  stat -L -c '%a %U:%G' -- "$path" || exit 1
  [ -r "$path" ] || { echo unreadable; exit 0; }
  openssl pkey -in "$path" -pubout -passin pass: </dev/null 2>&1
  exit 0
done
echo none
)";

std::string replaced(std::string text, const std::string& placeholder, const std::string& value) {
  for (std::size_t at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size()))
    text.replace(at, placeholder.size(), value);
  return text;
}

}  // namespace

std::vector<std::string> key_paths(const std::string& written, const std::string& domain,
                                   const std::string& selector) {
  std::vector<std::string> paths = {written};
  if (written.empty())
    paths = {"/var/lib/rspamd/dkim/{domain}.{selector}.key", "/etc/opendkim/keys/{domain}/{selector}.private",
             "/etc/dkimkeys/{domain}/{selector}.private", "/etc/dkimkeys/{selector}.private",
             "/etc/opendkim/keys/{selector}.private"};
  for (std::string& path : paths) path = replaced(replaced(path, "{domain}", domain), "{selector}", selector);
  return paths;
}

Result<HostKey> parse_host_key(const std::string& host, const std::string& output) {
  const std::vector<std::string> lines = split(output, '\n');
  const auto no_answer = [&](const std::string& why) {
    return fail(ErrorKind::no_answer, "dkim.host-key",
                "the private key on " + host + " cannot be looked at: " + why);
  };
  if (lines[0] == "none") return HostKey();
  if (lines[0] == "no-tool") return no_answer("there is no openssl; install it there");
  if (lines[0] == "closed" && lines.size() > 1)
    return no_answer(printable_line(lines[1]) + " may not be entered; set become: sudo for the host");
  if (lines[0] != "key" || lines.size() < 4) return no_answer("the answer is cut off");
  HostKey found;
  found.path = lines[1];
  const std::size_t blank = lines[2].find(' ');
  if (blank == std::string::npos) return no_answer("the answer is cut off");
  found.mode = lines[2].substr(0, blank);
  found.owner = lines[2].substr(blank + 1);
  if (lines[3] == "unreadable")
    return no_answer(printable_line(found.path) + " (mode " + printable_line(found.mode, 10) + ", " +
                     printable_line(found.owner, 60) + ") may not be read; set become: sudo for the host");
  const std::size_t begin = output.find("-----BEGIN PUBLIC KEY-----");
  if (begin == std::string::npos)
    return no_answer("openssl says of " + printable_line(found.path) + ": " + printable_line(lines[3]));
  auto key = dkim::public_key_from_pem(output.substr(begin));
  if (!key) return no_answer(printable_line(found.path) + ": " + key.error().message);
  found.key = std::move(*key);
  return found;
}

Result<HostKey> ask_host_key(HostReader& host, const std::vector<std::string>& paths,
                             const Deadline& deadline) {
  const auto output = ask_text(host, script_command(kScript, paths), "the private key of DKIM", deadline);
  if (!output) return tl::unexpected(output.error());
  return parse_host_key(host.name(), *output);
}

}  // namespace mxodus::dns
