#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "orchestrator/core/error.h"
#include "steps/net/reach/dialogue.h"
#include "steps/net/reach/reach.h"
#include "tests/support/fake_context.h"
#include "tests/support/loopback_network.h"
#include "tests/support/test_authority.h"

namespace mxodus {

inline const std::string kNew4 = "198.51.100.20";
inline const std::string kNew6 = "2001:db8:51::20";

Error dial_error(ErrorKind kind, const char* code);

/// The step, which looks from `network_` at the servers that a test places there. Their certificates are of
/// an authority that it trusts.
class NetReach : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  Finding look(std::string_view with, const std::function<void(FakeContext&)>& arrange = {});
  /// One connection, as `manner_` says.
  reach::Observation look_at(const std::string& address, std::uint16_t port, const std::string& protocol);

  static std::string answer(const Finding& found, std::size_t at = 0);
  static std::int64_t count(const Finding& found, const std::string& name);

  LoopbackServer::Handler smtp(const std::string& greeting = "220 mail.acme.test ESMTP\r\n",
                               const std::string& inside = "250 AUTH PLAIN\r\n") const;
  static LoopbackServer::Handler imaps(const TestCertificate& certificate,
                                       const std::string& greeting = "* OK Dovecot ready.\r\n",
                                       const std::string& can = "* CAPABILITY IMAP4rev1\r\nA1 OK done\r\n");
  /// IMAP with STARTTLS; what it can inside TLS is `inside`.
  LoopbackServer::Handler imap(const std::string& inside) const;

  std::filesystem::path file_;
  TestAuthority authority_;
  TestCertificate certificate_ = authority_.issue({"mail.acme.test", "imap.acme.test"});
  std::unique_ptr<StepType> type_ = make_net_reach();
  LoopbackNetwork network_{"out"};
  reach::Manner manner_{.hello = "probe.test"};
};

}  // namespace mxodus
