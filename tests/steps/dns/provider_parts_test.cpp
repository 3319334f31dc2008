#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"
#include "steps/dns/providers/retry_after.h"
#include "steps/dns/providers/route53/records.h"
#include "steps/dns/providers/route53/signature.h"
#include "steps/dns/providers/rrsets.h"
#include "steps/dns/providers/xml.h"

using namespace mxodus;
using namespace mxodus::dns;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Codec, NamesAreRelativeToTheirZone) {
  EXPECT_EQ(relative_name("mail.acme.test", "acme.test", "@"), "mail");
  EXPECT_EQ(relative_name("acme.test", "acme.test", "@"), "@");
  EXPECT_EQ(relative_name("acme.test", "acme.test", ""), "");
  EXPECT_EQ(absolute_name("Mail", "acme.test"), "mail.acme.test");
  EXPECT_EQ(absolute_name("@", "acme.test"), "acme.test");
  EXPECT_EQ(absolute_name("", "acme.test"), "acme.test");
}

TEST(Codec, OnlyDataThatEndInANameGetADot) {
  EXPECT_EQ(with_absolute_target("MX", "10 mail", "acme.test"), "10 mail.acme.test.");
  EXPECT_EQ(with_absolute_target("MX", "10 mx.other.test.", "acme.test"), "10 mx.other.test.");
  EXPECT_EQ(with_absolute_target("CNAME", "@", "acme.test"), "acme.test.");
  EXPECT_EQ(with_absolute_target("A", "198.51.100.1", "acme.test"), "198.51.100.1");
  EXPECT_EQ(with_absolute_target("TXT", "\"a\"", "acme.test"), "\"a\"");
  EXPECT_EQ(with_final_dot("SRV", "0 1 993 mail.acme.test"), "0 1 993 mail.acme.test.");
  EXPECT_EQ(without_final_dot("SRV", "0 1 993 mail.acme.test."), "0 1 993 mail.acme.test");
  EXPECT_EQ(url_encoded("*.a/b c@"), "%2A.a%2Fb%20c%40");
}

TEST(RetryAfter, IsSecondsOrADate) {
  const Time now{std::chrono::milliseconds(784111777000)};  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(retry_after("120", now), seconds(120));
  EXPECT_EQ(retry_after("0", now), seconds(1)) << "never at once";
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), seconds(60));
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:40:00 GMT", now), seconds(1)) << "a clock that is behind";
  for (const char* odd : {"", "soon", "-1", "99999999999", "Sun, 06 Xyz 1994 08:50:37 GMT", "1.5"})
    EXPECT_FALSE(retry_after(odd, now)) << odd;
}

TEST(ErrorBodies, AreReadInEveryShape) {
  EXPECT_EQ(
      said_in(R"({"success":false,"errors":[{"code":9109,"message":"Invalid access token"}],"result":null})"),
      "9109; Invalid access token");
  EXPECT_EQ(
      said_in(
          R"({"error":{"code":"invalid_input","message":"is too long","details":{"fields":[{"name":"x"}]}}})"),
      "invalid_input; name: x; is too long");
  EXPECT_EQ(said_in(R"([{}, {"ttl": ["too low"]}])"), "ttl: too low");
  EXPECT_EQ(said_in("Bad\nRequest"), "Bad / Request");
  EXPECT_EQ(said_in(""), "nothing");
  EXPECT_LE(said_in(std::string(5000, 'x')).size(), 310u);
  EXPECT_EQ(
      said_in_xml(
          "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate &amp; all</Message>"
          "</Error></ErrorResponse>"),
      "Throttling; Rate & all");
}

TEST(Json, IsNotReadDeeperThanAnyApiNests) {
  EXPECT_TRUE(parse_json("[[[[]]]]"));
  EXPECT_TRUE(parse_json(R"({"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[["})"))
      << "brackets in a text are no nesting";
  EXPECT_FALSE(parse_json(std::string(1000, '[') + std::string(1000, ']')));
  EXPECT_FALSE(parse_json("{"));
}

TEST(Json, TakesNoIdThatWouldLeadElsewhere) {
  EXPECT_EQ(id_at(*parse_json(R"({"id": 12})"), "id"), "12");
  EXPECT_EQ(id_at(*parse_json(R"({"id": "023e-af_1"})"), "id"), "023e-af_1");
  EXPECT_EQ(id_at(*parse_json(R"({"id": "../../zones"})"), "id"), "");
  EXPECT_EQ(number_at(*parse_json(R"({"ttl": -1})"), "ttl"), std::nullopt);
  EXPECT_EQ(number_at(*parse_json(R"({"ttl": 5000000000})"), "ttl"), std::nullopt);
}

TEST(Xml, HoldsElementsAndTheirText) {
  const auto root = parse_xml(
      "<?xml version=\"1.0\"?>\n<a:R xmlns:a=\"u\"><!-- c --><Id>x&lt;&#38;&#x41;</Id><E/>\n</a:R>");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "R");
  EXPECT_EQ(root->text_of("Id"), "x<&A");
  EXPECT_NE(root->child("E"), nullptr);
  EXPECT_EQ(root->child("F"), nullptr);
}

TEST(Xml, RefusesWhatIsNotWellFormedOrCouldGrow) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  for (const std::string& bad :
       {std::string("<a><b></a></b>"), std::string("<a>"), std::string("</a>"), std::string("<a/><b/>"),
        std::string("text"), std::string(), std::string("<a>&who;</a>"), std::string("<a>&"),
        std::string("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), std::string("<a <b>"), deep})
    EXPECT_FALSE(parse_xml(bad)) << bad.substr(0, 60);
}

TEST(RecordEdits, TouchOnlyWhatDiffersAndRemoveLast) {
  const std::vector<ApiRecord> there = {{"1", "acme.test", "MX", "10 a.acme.test.", 300},
                                        {"2", "acme.test", "MX", "20 b.acme.test.", 300},
                                        {"3", "acme.test", "MX", "30 C.acme.test.", 600},
                                        {"4", "acme.test", "TXT", "\"x\"", 300}};
  StoredRRset after{
      .rrset = {"acme.test", "MX", 300, {"10 a.acme.test.", "30 c.acme.test.", "50 e.acme.test."}}};
  RecordEdits edits = edits_to(there, after);
  ASSERT_EQ(edits.update.size(), 2u);
  EXPECT_EQ(edits.update[0].id, "3") << "its TTL differs";
  EXPECT_EQ(edits.update[1].id, "2");
  EXPECT_EQ(edits.update[1].data, "50 e.acme.test.");
  EXPECT_THAT(edits.create, IsEmpty());
  EXPECT_THAT(edits.remove, IsEmpty());
  after.rrset.data = {"10 a.acme.test."};
  edits = edits_to(there, after);
  EXPECT_THAT(edits.update, IsEmpty());
  EXPECT_THAT(edits.remove, ElementsAre("2", "3"));
  EXPECT_EQ(rrset_among(there, {"acme.test", "MX"}).rrset.ttl, 600u)
      << "the longest, which resolvers may keep";
}

// From the test suite that AWS publishes for Signature Version 4 ("aws-sig-v4-test-suite").
TEST(SignatureVersion4, IsThatOfThePublishedVectors) {
  const SecretText key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  const std::string id = "AKIDEXAMPLE";
  route53::SignedRequest request{
      .method = "GET",
      .path = "/",
      .query = "",
      .headers = {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}}};
  const route53::SigningKey service{id, key, "us-east-1", "service"};
  EXPECT_EQ(route53::authorization(request, service),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  request.query = "Param1=value1&Param2=value2";
  EXPECT_THAT(route53::authorization(request, service),
              testing::EndsWith("b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
  request.query = "";
  request.method = "POST";
  EXPECT_THAT(route53::authorization(request, service),
              testing::EndsWith("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
}

TEST(SignatureVersion4, WritesTheTimeAsAwsDoes) {
  EXPECT_EQ(route53::amz_date(Time{std::chrono::milliseconds(1440938160000)}), "20150830T123600Z");
}

TEST(Route53Records, ChangeTheBaseOfEscapesAndNothingElse) {
  EXPECT_EQ(route53::octal_to_decimal("\\303\\251 \\\\101 \\\" \\12"), "\\195\\169 \\\\101 \\\" \\12");
  EXPECT_EQ(route53::decimal_to_octal("\\195\\169"), "\\303\\251");
}
