#include "tests/support/ssh_server.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/transport/dial.h"
#include "orchestrator/transport/ssh/client_config.h"
#include "tests/support/arrange.h"

namespace mxodus {
namespace {

constexpr const char* sshd = "/usr/sbin/sshd";

Deadline soon() {
  return Deadline(std::chrono::seconds(20));
}

std::string run_or_fail(std::vector<std::string> argv) {
  const auto result = run_process({std::move(argv)}, soon());
  if (!result || !result->exited_with(0)) ADD_FAILURE() << (result ? result->err : result.error().message);
  return result ? result->out : "";
}

std::uint16_t free_port() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  std::ifstream list("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  for (pid_t child = 0; list >> child;) children.push_back(child);
  return children;
}

void add_sshd_descendants(pid_t pid, std::vector<pid_t>& found) {
  for (const pid_t child : children_of(pid)) {
    if (trim(slurp("/proc/" + std::to_string(child) + "/comm")) != "sshd") continue;
    found.push_back(child);
    add_sshd_descendants(child, found);
  }
}

}  // namespace

void make_ssh_key(const std::filesystem::path& path, const std::string& passphrase) {
  run_or_fail({"ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", path.filename(), "-f", path});
}

bool SshServer::available() {
  return ::access(sshd, X_OK) == 0;
}

SshServer::SshServer(std::vector<std::string> config) {
  make_ssh_key(dir() / "host_key");
  make_ssh_key(user_key());
  std::filesystem::copy_file(dir() / "id_ed25519.pub", authorized_keys());
  std::filesystem::create_directory(dir() / "home");
  std::filesystem::create_directory(dir() / "bin");
  if (::getuid() == 0) ::mkdir("/run/sshd", 0755);  // privilege separation wants it; a booted system has it
  for (int tries = 0; tries < 5; ++tries) {
    port_ = free_port();  // somebody else may take it before sshd does
    write_files(config);
    if (start()) return;
  }
  ADD_FAILURE() << "sshd does not start: " << log();
}

SshServer::~SshServer() {
  kill_sessions();
  stop_listening();
}

void SshServer::write_files(const std::vector<std::string>& config) const {
  std::string sshd_config;
  for (std::string line : config) {
    for (std::size_t at; (at = line.find("@DIR@")) != std::string::npos;) line.replace(at, 5, dir().string());
    sshd_config += line + "\n";  // sshd keeps the first value of each keyword
  }
  sshd_config += "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " +
                 (dir() / "host_key").string() + "\nAuthorizedKeysFile " + authorized_keys().string() +
                 "\nPidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n"
                 "KbdInteractiveAuthentication no\nLogLevel VERBOSE\nSetEnv HOME=" +
                 (dir() / "home").string() + " PATH=" + (dir() / "bin").string() + ":/usr/bin:/bin\n";
  write_private(dir() / "sshd_config", sshd_config);
  write_private(known_hosts(), "[127.0.0.1]:" + std::to_string(port_) + " " + host_key() + "\n");
  write_private(ssh_config(),
                "Host target\n  HostName 127.0.0.1\n  Port " + std::to_string(port_) + "\n  User " +
                    ClientSurroundings::of_this_process().local_user + "\n  IdentityFile " +
                    user_key().string() +
                    "\n  IdentityAgent none\n  GlobalKnownHostsFile none\n  UserKnownHostsFile " +
                    known_hosts().string() + "\n");
}

bool SshServer::start() {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, (dir() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::vector<std::string> words{sshd, "-D", "-e", "-f", dir() / "sshd_config"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int error = ::posix_spawn(&pid_, sshd, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return false;
  bool ended = false;
  const auto listens = [&] { return log().find("Server listening") != std::string::npos; };
  if (eventually([&] { return listens() || (ended = ::waitpid(pid_, nullptr, WNOHANG) != 0); }) && !ended)
    return true;
  pid_ = -1;
  return false;
}

void SshServer::stop_listening() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

HostSpec SshServer::spec(const std::string& name) const {
  HostSpec spec;
  spec.name = name;
  spec.ssh = "target";
  spec.ssh_config = ssh_config();
  return spec;
}

void SshServer::configure_client(const std::string& lines) {
  append_to(ssh_config(), lines + "\n");
}

std::string SshServer::fingerprint() const {
  return split(run_or_fail({"ssh-keygen", "-lf", dir() / "host_key.pub"}), ' ').at(1);
}

std::string SshServer::host_key() const {
  const std::vector<std::string> words = split(slurp(dir() / "host_key.pub"), ' ');
  return words.at(0) + " " + words.at(1);
}

std::vector<pid_t> SshServer::session_processes() const {
  std::vector<pid_t> found;
  if (pid_ > 0) add_sshd_descendants(pid_, found);
  return found;
}

void SshServer::signal_sessions(int signal) const {
  for (const pid_t pid : session_processes()) ::kill(pid, signal);
}

std::size_t SshServer::kill_sessions() {
  const std::vector<pid_t> pids = session_processes();
  for (const pid_t pid : pids) ::kill(pid, SIGKILL);
  return pids.size();
}

std::string SshServer::log() const {
  return slurp(dir() / "log");
}

}  // namespace mxodus
