#include "orchestrator/transport/ssh/authentication.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "orchestrator/core/text.h"
#include "orchestrator/transport/ssh/agent.h"
#include "orchestrator/transport/ssh/session.h"

namespace mxodus {
namespace {

/// One key that ssh_config names.
struct Identity {
  std::string file;
  SshKey public_key;   ///< from FILE.pub, or from FILE itself where its format shows it
  SshKey certificate;  ///< from a CertificateFile or FILE-cert.pub
};

SshKey import(int (*read)(const char*, ssh_key*), const std::string& path) {
  std::error_code error;
  ssh_key raw = nullptr;
  if (!std::filesystem::is_regular_file(path, error) || read(path.c_str(), &raw) != SSH_OK) return nullptr;
  return SshKey(raw);
}

bool same_key(const SshKey& a, const SshKey& b) {
  return a && b && ssh_key_cmp(a.get(), b.get(), SSH_KEY_CMP_PUBLIC) == 0;
}

std::string base64_of(const SshKey& key) {
  char* text = nullptr;
  if (!key || ssh_pki_export_pubkey_base64(key.get(), &text) != SSH_OK) return {};
  return SshText(text).get();
}

std::vector<Identity> identities_of(const ClientConfig& config) {
  std::vector<Identity> identities;
  for (const std::string& file : config.identity_files) {
    std::error_code error;
    Identity identity{file, import(ssh_pki_import_pubkey_file, file + ".pub"), nullptr};
    if (!identity.public_key) identity.public_key = import(ssh_pki_import_pubkey_file, file);
    if (!identity.public_key && !std::filesystem::exists(file, error)) continue;
    identity.certificate = import(ssh_pki_import_cert_file, file + "-cert.pub");
    for (const std::string& path : config.certificate_files)
      if (SshKey certificate = import(ssh_pki_import_cert_file, path);
          same_key(certificate, identity.public_key))
        identity.certificate = std::move(certificate);
    identities.push_back(std::move(identity));
  }
  return identities;
}

/// What happened to the keys, for the sentence at the end.
struct Tried {
  std::vector<std::string> refused;
  std::vector<std::string> locked;      ///< files with a passphrase
  std::vector<std::string> unreadable;  ///< files of a kind libssh cannot use
};

class Login {
 public:
  Login(ssh_session session, const ClientConfig& config, const HostSpec& spec, const Deadline& deadline)
      : session_(session),
        config_(config),
        spec_(spec),
        deadline_(deadline),
        identities_(identities_of(config)) {}

  Result<void> run() {
    if (attempt([&] { return ssh_userauth_none(session_, nullptr); }, "") == SSH_AUTH_SUCCESS) return {};
    if (!failed_ && !(ssh_userauth_list(session_, nullptr) & SSH_AUTH_METHOD_PUBLICKEY))
      return no_public_keys();
    if (try_agent() || try_files()) return {};
    return refusal();
  }

 private:
  std::string who() const {
    return printable_line(config_.user) + " at " + printable_line(config_.hostname) + " port " +
           std::to_string(config_.port);
  }

  /// One authentication request to its end. The verdict; `failed_` where the connection did not survive it.
  int attempt(const std::function<int()>& call, const std::string& key) {
    int result = SSH_AUTH_ERROR;
    const bool done = until_done(session_, SSH_AUTH_AGAIN, deadline_, result, call);
    if (!done || result == SSH_AUTH_ERROR) failed_ = true;
    if (result == SSH_AUTH_PARTIAL) partial_ = true;
    if (!key.empty() && result != SSH_AUTH_SUCCESS) tried_.refused.push_back(key);
    return result;
  }

  bool may_go_on() const { return !failed_ && !partial_; }

  bool try_agent() {
    if (!config_.identity_agent) return false;
    auto keys = list_agent_keys(*config_.identity_agent, deadline_);
    if (!keys) {
      agent_error_ = keys.error().message;
      return false;
    }
    SingleKeyAgent agent(*config_.identity_agent, deadline_);
    auto socket = agent.socket();
    if (!socket || ssh_set_agent_socket(session_, socket->get()) != SSH_OK) return false;
    socket->release();  // the session closes it
    for (const bool named : {true, false}) {
      for (AgentKey& key : *keys) {
        if (!may_go_on()) return false;
        if (is_named(key) != named || (!named && config_.identities_only)) continue;
        agent.show(key);
        const auto offer = [&] { return ssh_userauth_agent(session_, nullptr); };
        if (attempt(offer, "agent: " + printable_line(key.comment)) == SSH_AUTH_SUCCESS) return true;
      }
    }
    return false;
  }

  /// Whether an identity file stands for this key of the agent; it is then not offered again from the file.
  bool is_named(const AgentKey& key) {
    const std::string base64 = base64_encode(key.blob);
    for (const Identity& identity : identities_) {
      if (base64 != base64_of(identity.public_key) && base64 != base64_of(identity.certificate)) continue;
      if (std::find(in_agent_.begin(), in_agent_.end(), identity.file) == in_agent_.end())
        in_agent_.push_back(identity.file);
      return true;
    }
    return false;
  }

  bool try_files() {
    for (const Identity& identity : identities_) {
      if (!may_go_on()) return false;
      if (std::find(in_agent_.begin(), in_agent_.end(), identity.file) != in_agent_.end()) continue;
      const SshKey key = private_key(identity);
      if (!key) continue;
      const auto offer = [&] { return ssh_userauth_publickey(session_, nullptr, key.get()); };
      if (identity.certificate &&
          ssh_pki_copy_cert_to_privkey(identity.certificate.get(), key.get()) == SSH_OK &&
          attempt(offer, identity.file + " with its certificate") == SSH_AUTH_SUCCESS)
        return true;
      const SshKey plain = identity.certificate ? private_key(identity) : nullptr;
      const ssh_key bare = plain ? plain.get() : key.get();
      if (may_go_on() && attempt([&] { return ssh_userauth_publickey(session_, nullptr, bare); },
                                 identity.file) == SSH_AUTH_SUCCESS)
        return true;
    }
    return false;
  }

  SshKey private_key(const Identity& identity) {
    bool asked = false;
    const auto passphrase = [](const char*, char*, std::size_t, int, int, void* flag) {
      *static_cast<bool*>(flag) = true;
      return -1;
    };
    ssh_key raw = nullptr;
    std::error_code error;
    if (!std::filesystem::is_regular_file(identity.file, error)) return nullptr;  // only its .pub is here
    if (ssh_pki_import_privkey_file(identity.file.c_str(), nullptr, passphrase, &asked, &raw) == SSH_OK)
      return SshKey(raw);
    auto& list = asked ? tried_.locked : tried_.unreadable;
    if (std::find(list.begin(), list.end(), identity.file) == list.end()) list.push_back(identity.file);
    return nullptr;
  }

  Result<void> no_public_keys() const {
    return fail(ErrorKind::refused, "ssh.login",
                "the SSH server does not let " + who() + " log in by public key",
                "allow PubkeyAuthentication for this user in sshd_config there");
  }

  Result<void> refusal() const {
    const std::string offered =
        tried_.refused.empty() ? "" : " (offered: " + join(tried_.refused, ", ") + ")";
    if (deadline_.stopped())
      return fail(ErrorKind::cancelled, "ssh.stopped", "stopped while logging in as " + who());
    if (partial_)
      return fail(ErrorKind::refused, "ssh.second-factor",
                  "the SSH server wants more than a key of " + who() + ", which mxodus cannot give",
                  "allow a key alone for this user: AuthenticationMethods publickey");
    if (failed_ && deadline_.passed())
      return fail(ErrorKind::no_answer, "ssh.login-silent",
                  "logging in as " + who() + " did not end in time" + offered);
    if (failed_ && tried_.refused.size() >= 2)
      return fail(ErrorKind::refused, "ssh.too-many-keys",
                  "the SSH server hung up on " + who() + " after " + std::to_string(tried_.refused.size()) +
                      " wrong keys" + offered,
                  "name the right one: `identity: FILE` at the host in the playbook, or IdentityFile and "
                  "IdentitiesOnly yes in ssh_config");
    if (failed_)
      return fail(
          ErrorKind::unreachable, "ssh.login-lost",
          "the SSH server hung up while " + who() + " logged in: " + printable_line(ssh_get_error(session_)));
    if (!tried_.locked.empty())
      return fail(ErrorKind::refused, "ssh.passphrase",
                  "the key " + tried_.locked.front() + " for " + who() +
                      " has a passphrase and no agent holds it" + offered,
                  "ssh-add " + shell_quote(tried_.locked.front()));
    return no_right_key(offered);
  }

  Result<void> no_right_key(const std::string& offered) const {
    std::string message = "the SSH server accepts no key of " + who();
    message += tried_.refused.empty() ? ": there was none to offer" : offered;
    if (!tried_.unreadable.empty()) message += "; cannot use " + join(tried_.unreadable, ", ");
    if (!agent_error_.empty()) message += "; " + agent_error_;
    return fail(ErrorKind::refused, tried_.refused.empty() ? "ssh.no-key" : "ssh.login", message,
                "see that `ssh " + (spec_.user ? "-l " + shell_quote(*spec_.user) + " " : std::string()) +
                    shell_quote(spec_.ssh) + " true` works without a question");
  }

  ssh_session session_;
  const ClientConfig& config_;
  const HostSpec& spec_;
  const Deadline& deadline_;
  std::vector<Identity> identities_;
  std::vector<std::string> in_agent_;
  Tried tried_;
  std::string agent_error_;
  bool failed_ = false;
  bool partial_ = false;
};

}  // namespace

Result<void> authenticate(ssh_session session, const ClientConfig& config, const HostSpec& spec,
                          const Deadline& deadline) {
  return Login(session, config, spec, deadline).run();
}

}  // namespace mxodus
