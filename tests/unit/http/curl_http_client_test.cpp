#include "orchestrator/http/curl_http_client.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "orchestrator/core/digest.h"
#include "tests/support/loopback_server.h"
#include "tests/support/test_authority.h"

using namespace mxodus;
using std::chrono::seconds;

namespace {

/// What a client sent, up to the end of its headers, and its body by Content-Length.
struct Heard {
  std::string head;
  std::string body;
};

Heard hear_request(Conversation& client) {
  Heard heard;
  std::size_t length = 0;
  for (std::string line = client.hear_line(); !line.empty(); line = client.hear_line()) {
    heard.head += line + "\n";
    if (line.starts_with("Content-Length: ")) length = std::stoul(line.substr(16));
  }
  heard.body = client.hear(length);
  return heard;
}

LoopbackServer::Handler answering(std::string answer, Heard* heard = nullptr) {
  return [answer = std::move(answer), heard](Conversation& client) {
    const Heard request = hear_request(client);
    if (heard) *heard = request;
    client.say(answer);
  };
}

std::string url(const LoopbackServer& server, const std::string& scheme = "http") {
  return scheme + "://127.0.0.1:" + std::to_string(server.port()) + "/api";
}

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

class CurlHttpClientTls : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::temp_directory_path() / ("mxodus-" + random_hex(8) + ".pem");
    authority_.write_to(file_);
    ::setenv("SSL_CERT_FILE", file_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(file_);
  }
  static LoopbackServer::Handler serving(const TestCertificate& certificate) {
    return [certificate](Conversation& client) {
      TlsConversation tls(client.fd(), certificate);
      while (!tls.hear_line().empty()) {
      }
      tls.say("HTTP/1.1 204 No Content\r\n\r\n");
    };
  }
  std::filesystem::path file_;
  TestAuthority authority_;
};

}  // namespace

TEST(CurlHttpClient, SendsMethodBodyAndSecretHeaderAndGivesTheAnswer) {
  Heard heard;
  LoopbackServer server(
      answering("HTTP/1.1 422 No\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", &heard));
  HttpRequest request = get(url(server));
  request.method = "PATCH";
  request.body = "{\"rrsets\":[]}";
  request.headers = {{"Content-Type", "application/json"}};
  request.secret_headers.emplace_back("X-API-Key", SecretText("s3same"));
  auto answer = CurlHttpClient().send(request, Deadline(seconds(10)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 422);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->headers.at("content-type"), "application/json");
  EXPECT_TRUE(heard.head.starts_with("PATCH /api HTTP/1.1\n")) << heard.head;
  EXPECT_NE(heard.head.find("X-API-Key: s3same\n"), std::string::npos);
  EXPECT_EQ(heard.body, "{\"rrsets\":[]}");
}

TEST(CurlHttpClient, SaysThatAPostHasNoBody) {
  Heard heard;
  LoopbackServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &heard));
  CurlHttpClient client;
  HttpRequest request = get(url(server));
  request.method = "POST";
  ASSERT_TRUE(client.send(request, Deadline(seconds(5))));
  EXPECT_NE(heard.head.find("Content-Length: 0\n"), std::string::npos) << heard.head;
}

TEST(CurlHttpClient, DoesNotFollowARedirectUnlessAsked) {
  LoopbackServer server(
      answering("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
  auto answer = CurlHttpClient().send(get(url(server)), Deadline(seconds(10)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 301);
}

TEST(CurlHttpClient, NeverCarriesASecretAlongARedirect) {
  LoopbackServer server(
      answering("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
  HttpRequest request = get(url(server));
  request.follow_redirects = true;
  request.secret_headers.emplace_back("X-API-Key", SecretText("s3same"));
  auto answer = CurlHttpClient().send(request, Deadline(seconds(10)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 301);
}

TEST(CurlHttpClient, CallsABodyBeyondTheLimitAnError) {
  LoopbackServer server(
      answering("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x')));
  HttpRequest request = get(url(server));
  request.answer_limit = 4096;
  auto answer = CurlHttpClient().send(request, Deadline(seconds(10)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "http.too-large");
  EXPECT_EQ(answer.error().kind, ErrorKind::no_answer);
}

TEST(CurlHttpClient, TellsAClosedPortFromAServerThatKeepsSilent) {
  auto closed = CurlHttpClient().send(get("http://127.0.0.1:" + std::to_string(closed_port()) + "/"),
                                      Deadline(seconds(10)));
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().kind, ErrorKind::unreachable);

  LoopbackServer silent([](Conversation& client) { client.wait_for_end(); });
  auto answer = CurlHttpClient().send(get(url(silent)), Deadline(std::chrono::milliseconds(200)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "http.timeout");
  EXPECT_EQ(answer.error().kind, ErrorKind::no_answer);
}

TEST(CurlHttpClient, StopsWhenAsked) {
  std::stop_source stop;
  LoopbackServer silent([&stop](Conversation& client) {
    client.hear_line();
    stop.request_stop();
    client.wait_for_end();
  });
  auto answer = CurlHttpClient().send(get(url(silent)), Deadline(seconds(60), stop.get_token()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::cancelled);
}

TEST(CurlHttpClient, RefusesAHeaderWithALineBreakAndDoesNotShowIt) {
  HttpRequest request = get("http://127.0.0.1:1/");
  request.secret_headers.emplace_back("X-API-Key", SecretText("s3same\n"));
  auto answer = CurlHttpClient().send(request, Deadline(seconds(10)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
  EXPECT_EQ(answer.error().message.find("s3same"), std::string::npos);
}

TEST(CurlHttpClient, ShowsNoLoginOfAnAddress) {
  HttpRequest request;
  request.url = "ftp://user:geheim@127.0.0.1/x@y";
  const auto answer = CurlHttpClient().send(request, Deadline(seconds(5)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "\"ftp://127.0.0.1\" is no http or https address");
}

TEST(CurlHttpClient, SpeaksNothingButHttp) {
  auto answer = CurlHttpClient().send(get("file:///etc/hostname"), Deadline(seconds(10)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
}

TEST_F(CurlHttpClientTls, TrustsTheAuthorityThatSslCertFileNames) {
  LoopbackServer server(serving(authority_.issue({"127.0.0.1"})));
  auto answer = CurlHttpClient().send(get(url(server, "https")), Deadline(seconds(10)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 204);
}

TEST_F(CurlHttpClientTls, RefusesACertificateOfAnotherName) {
  LoopbackServer server(serving(authority_.issue({"other.test"})));
  auto answer = CurlHttpClient().send(get(url(server, "https")), Deadline(seconds(10)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::refused);
  EXPECT_EQ(answer.error().code, "http.certificate");
}

TEST_F(CurlHttpClientTls, RefusesACertificateNobodyVouchesFor) {
  LoopbackServer server(serving(TestAuthority::self_signed({"127.0.0.1"})));
  auto answer = CurlHttpClient().send(get(url(server, "https")), Deadline(seconds(10)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "http.certificate");
}
