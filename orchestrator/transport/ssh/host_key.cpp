#include "orchestrator/transport/ssh/host_key.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "orchestrator/core/base64.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t max_known_hosts = 16u << 20;

/// "|1|SALT|HASH": the HMAC-SHA1 of the name with the salt as its key.
bool hash_matches(std::string_view hashed, const std::string& name) {
  const std::vector<std::string> parts = split(hashed, '|');
  if (parts.size() != 4 || parts[1] != "1") return false;
  const std::string salt = base64_decode(parts[2]).value_or("");
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  HMAC(EVP_sha1(), salt.data(), static_cast<int>(salt.size()),
       reinterpret_cast<const unsigned char*>(name.data()), name.size(), hash.data(), &length);
  return base64_decode(parts[3]) == std::string_view(reinterpret_cast<char*>(hash.data()), length);
}

/// A pattern of ssh_config(5): `*` and `?`. Linear: the last star is the only place to come back to.
bool pattern_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool hosts_match(const std::string& hosts, const std::string& name) {
  if (hosts.starts_with('|')) return hash_matches(hosts, name);
  bool matched = false;
  for (const std::string& entry : split(lower(hosts), ',')) {
    const bool negated = entry.starts_with('!');
    if (!pattern_matches(std::string_view(entry).substr(negated ? 1 : 0), name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

struct Entry {
  std::string marker, hosts, type, base64, where;
};

std::vector<std::string> words_of_line(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : line + " ") {
    if (c != ' ' && c != '\t' && c != '\r') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

void for_each_entry(const std::vector<KnownHostsFile>& files,
                    const std::function<void(const Entry&)>& visit) {
  for (const KnownHostsFile& file : files) {
    int number = 0;
    for (const std::string& line : split(file.content, '\n')) {
      ++number;
      std::vector<std::string> words = words_of_line(line);
      if (words.empty() || words[0].starts_with('#')) continue;
      Entry entry;
      if (words[0].starts_with('@')) {
        entry.marker = words[0];
        words.erase(words.begin());
      }
      if (words.size() < 3) continue;
      entry.hosts = words[0];
      entry.type = words[1];
      entry.base64 = words[2];
      entry.where = file.path + ":" + std::to_string(number);
      visit(entry);
    }
  }
}

bool known_under(const Entry& entry, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& name) { return hosts_match(entry.hosts, name); });
}

}  // namespace

HostKeyVerdict judge_host_key(const ServerKey& key, const std::vector<std::string>& names,
                              const std::vector<KnownHostsFile>& files) {
  using Standing = HostKeyVerdict::Standing;
  HostKeyVerdict trusted, changed, revoked, other_type;
  for_each_entry(files, [&](const Entry& entry) {
    if (entry.marker == "@cert-authority" || !known_under(entry, names)) return;
    const bool same = entry.base64 == key.base64;
    if (entry.marker == "@revoked") {
      if (same && revoked.where.empty()) revoked = {Standing::revoked, entry.where};
    } else if (!entry.marker.empty()) {
      return;
    } else if (same) {
      trusted = {Standing::trusted, entry.where};
    } else if (entry.type != key.type) {
      other_type = {Standing::unknown, entry.where};
    } else if (hosts_match(entry.hosts, names.front())) {
      // A key under the bare name may well be that of another port: only the full name speaks of a change.
      if (changed.where.empty()) changed = {Standing::changed, entry.where};
    }
  });
  for (const HostKeyVerdict& verdict : {revoked, trusted, changed})
    if (!verdict.where.empty()) return verdict;
  return other_type;
}

std::vector<std::string> known_key_types(const std::vector<std::string>& names,
                                         const std::vector<KnownHostsFile>& files) {
  std::vector<std::string> types;
  for_each_entry(files, [&](const Entry& entry) {
    if (entry.marker.empty() && known_under(entry, names) &&
        std::find(types.begin(), types.end(), entry.type) == types.end())
      types.push_back(entry.type);
  });
  return types;
}

std::vector<std::string> known_hosts_names(const ClientConfig& config) {
  if (!config.host_key_alias.empty()) return {lower(config.host_key_alias)};
  const std::string host = lower(config.hostname);
  if (config.port == 22) return {host};
  return {"[" + host + "]:" + std::to_string(config.port), host};
}

Result<std::vector<KnownHostsFile>> read_known_hosts(const std::vector<std::string>& paths) {
  std::vector<KnownHostsFile> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) continue;
    auto content = read_file(path, max_known_hosts);
    if (!content) return fail_within("known host keys", std::move(content).error());
    files.push_back({path, std::move(*content)});
  }
  return files;
}

namespace {

tl::unexpected<Error> refuse_unknown(const ServerKey& key, const std::string& ssh_name,
                                     const std::string& where, const std::string& other_type) {
  std::string message = where + " shows the host key " + key.fingerprint + " (" + key.type +
                        "), which is not known here; compare it with the host's own";
  if (!other_type.empty()) message += " (a key of another type is known: " + other_type + ")";
  return fail(ErrorKind::refused, "ssh.host-key-unknown", message,
              "connect once by `ssh " + shell_quote(ssh_name) + "`, or write `host_key: " + key.fingerprint +
                  "` at the host in the playbook");
}

}  // namespace

Result<void> check_host_key(const ServerKey& key, const ClientConfig& config, const std::string& ssh_name,
                            const std::optional<std::string>& pin, const std::vector<KnownHostsFile>& files) {
  using Standing = HostKeyVerdict::Standing;
  const std::vector<std::string> names = known_hosts_names(config);
  const HostKeyVerdict verdict = judge_host_key(key, names, files);
  const std::string where = printable_line(config.hostname) + " port " + std::to_string(config.port);
  if (verdict.standing == Standing::revoked)
    return fail(ErrorKind::refused, "ssh.host-key-revoked",
                where + " shows the host key " + key.fingerprint + ", which is revoked at " + verdict.where +
                    ": somebody may be impersonating the host; do not connect");
  if (pin && *pin != key.fingerprint)
    return fail(ErrorKind::refused, "ssh.host-key-pin",
                where + " shows the host key " + key.fingerprint + " (" + key.type +
                    "), but the playbook says " + printable_line(*pin),
                "find out why before you change `host_key` in the playbook");
  if (pin) return {};
  if (verdict.standing == Standing::changed)
    return fail(ErrorKind::refused, "ssh.host-key-changed",
                "the host key of " + where + " has changed: it shows " + key.fingerprint + " (" + key.type +
                    "), another one stands at " + verdict.where +
                    "; either the host was reinstalled or somebody is between",
                "if you know why: `ssh-keygen -R " + shell_quote(names.front()) + "`, then `ssh " +
                    shell_quote(ssh_name) + "`");
  if (verdict.standing == Standing::unknown) return refuse_unknown(key, ssh_name, where, verdict.where);
  return {};
}

}  // namespace mxodus
