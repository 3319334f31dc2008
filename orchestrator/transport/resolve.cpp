#include "orchestrator/transport/resolve.h"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr int max_lookups = 16;
std::atomic<int> lookups_in_flight{0};

/// One lookup in flight, for as long as it lives.
class InFlight {
 public:
  InFlight() : number_(++lookups_in_flight) {}
  ~InFlight() { --lookups_in_flight; }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  bool is_one_too_many() const { return number_ > max_lookups; }

 private:
  const int number_;
};

struct Answer {
  int error = 0;
  std::vector<SocketAddress> addresses;
};

Answer ask(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* list = nullptr;
  Answer answer;
  answer.error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  if (answer.error != 0) return answer;
  for (const addrinfo* info = list; info; info = info->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.length = info->ai_addrlen;
    answer.addresses.push_back(address);
  }
  ::freeaddrinfo(list);
  return answer;
}

/// What a lookup thread and its caller share; the thread may outlive the caller.
struct Lookup {
  std::mutex mutex;
  std::condition_variable_any answered;
  std::optional<Answer> answer;
};

/// The answer, or nothing when the deadline came first.
std::optional<Answer> ask_in_background(const std::string& host, const std::string& port,
                                        std::unique_ptr<InFlight> counted, const Deadline& deadline) {
  const auto lookup = std::make_shared<Lookup>();
  try {
    std::thread([lookup, host, port, counted = std::move(counted)]() mutable {
      Answer answer = ask(host, port, 0);
      counted.reset();
      const std::lock_guard lock(lookup->mutex);
      lookup->answer = std::move(answer);
      lookup->answered.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    return Answer{EAI_MEMORY, {}};  // the machine has no room for a thread
  }
  std::unique_lock lock(lookup->mutex);
  lookup->answered.wait_for(lock, deadline.stop_token(), deadline.left(),
                            [&] { return lookup->answer.has_value(); });
  return lookup->answer;
}

/// Families in turn, the first one first, so that a family without a route costs one stagger only.
std::vector<SocketAddress> interleaved(std::vector<SocketAddress> addresses) {
  if (addresses.empty()) return addresses;
  const int first = addresses.front().family();
  const auto middle = std::stable_partition(addresses.begin(), addresses.end(),
                                            [&](const auto& a) { return a.family() == first; });
  std::vector<SocketAddress> ordered;
  for (auto a = addresses.begin(), b = middle; a != middle || b != addresses.end();) {
    if (a != middle) ordered.push_back(*a++);
    if (b != addresses.end()) ordered.push_back(*b++);
  }
  return ordered;
}

tl::unexpected<Error> lookup_failure(const std::string& host, int error) {
  const std::string name = printable_line(host);
  if (error == EAI_NONAME || error == EAI_NODATA)
    return fail(ErrorKind::not_found, "dial.name", "the name " + name + " does not resolve on this machine");
  return fail(ErrorKind::no_answer, "dial.resolver",
              "this machine's resolver could not say where " + name + " is: " + ::gai_strerror(error));
}

}  // namespace

std::string to_string(const SocketAddress& address) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(address.get(), address.length, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "an address of unknown kind";
  return std::string(host.data()) + " port " + port.data();
}

Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint, const Deadline& deadline) {
  const std::string port = std::to_string(endpoint.port);
  if (Answer numeric = ask(endpoint.host, port, AI_NUMERICHOST); numeric.error == 0)
    return interleaved(std::move(numeric.addresses));

  auto counted = std::make_unique<InFlight>();
  if (counted->is_one_too_many())
    return fail(ErrorKind::no_answer, "dial.resolver",
                "this machine's resolver has not answered the last " + std::to_string(max_lookups) +
                    " questions; see whether DNS works here");
  std::optional<Answer> answer = ask_in_background(endpoint.host, port, std::move(counted), deadline);
  if (!answer && deadline.stopped())
    return fail(ErrorKind::cancelled, "dial.stopped",
                "stopped while looking up " + printable_line(endpoint.host));
  if (!answer)
    return fail(ErrorKind::no_answer, "dial.timeout",
                "this machine's resolver did not answer in time for " + printable_line(endpoint.host));
  if (answer->error != 0) return lookup_failure(endpoint.host, answer->error);
  return interleaved(std::move(answer->addresses));
}

}  // namespace mxodus
