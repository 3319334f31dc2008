#include "orchestrator/core/redactor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

TEST(Redactor, FindsASecretInEveryFormItTravelsIn) {
  Redactor redactor;
  redactor.add("token", SecretText("p@ss word/42"));
  for (const std::string& leak :
       {std::string("x p@ss word/42 y"), std::string("p%40ss%20word%2F42"), std::string("p%40ss+word%2f42"),
        std::string("p%40ss%20word%2f42"), std::string(R"(p@ss word\/42)"),
        "Basic " + base64_encode("user:p@ss word/42"), base64_encode("p@ss word/42")})
    EXPECT_THAT(redactor.redact(leak), HasSubstr("[secret token]")) << leak;
}

TEST(Redactor, KnowsHowJsonOfEachToolSpellsASecret) {
  Redactor redactor;
  redactor.add("token", SecretText("a<b>&c\"d\\e\r\n\tf\x01"));
  for (const char* leak : {R"(a<b>&c\"d\\e\r\n\tf\u0001)", R"(a\u003cb\u003e\u0026c\"d\\e\r\n\tf\u0001)"})
    EXPECT_EQ(redactor.redact(leak), "[secret token]") << leak;
}

TEST(Redactor, KnowsBase64ForUrls) {
  Redactor redactor;
  redactor.add("token", SecretText("\xfb\xff\xfe~~\xff>>?"));
  EXPECT_EQ(redactor.redact("key=-__-fn7_Pj4_"), "key=[secret token]");
}

TEST(Redactor, FindsAShortSecretWhereverItBeginsInBase64) {
  for (const std::string secret : {"k7Qz", "k7Qz!", "k7Qz!x", "k7Qz!xR"}) {
    Redactor redactor;
    redactor.add("token", SecretText(secret));
    for (const std::string before : {"", "u", "u:", "us:"})
      EXPECT_THAT(redactor.redact(base64_encode(before + secret + " and more")), HasSubstr("[secret token]"))
          << before << secret;
  }
}

TEST(Redactor, LeavesOrdinaryTextAsItIs) {
  Redactor redactor;
  redactor.add("token", SecretText("k7Qz"));
  redactor.add("tiny", SecretText("ab"));
  const std::string text = "a cab of k7Q, z; aGVsbG8gd29ybGQ=";
  EXPECT_EQ(redactor.redact(text), text);
}

TEST(Redactor, OfSecretsThatOverlapNothingIsLeft) {
  Redactor redactor;
  redactor.add("first", SecretText("abcd"));
  redactor.add("second", SecretText("cdefghij"));
  EXPECT_EQ(redactor.redact("> abcdefghij <"), "> [secret first] <");
  EXPECT_EQ(redactor.redact("abcdabcd"), "[secret first][secret first]");
}

TEST(Redactor, LooksForEachLineOfASecretOfSeveral) {
  Redactor redactor;
  redactor.add("key", SecretText("BEGIN one\r\nline two\r\n"));
  EXPECT_EQ(redactor.redact("said: line two."), "said: [secret key].");
}

TEST(Redactor, TheRestOfASecretDoesNotStandWhereATextWasCut) {
  Redactor redactor;
  redactor.add("token", SecretText("hunter2hunter2"));
  EXPECT_EQ(redactor.redact_rest("ter2hunter2 is wrong, hunter2hunter2"),
            "[secret token] is wrong, [secret token]");
  EXPECT_EQ(redactor.redact_rest("hunter2hunter2"), "[secret token]");
  EXPECT_EQ(redactor.redact_rest("er2 is no secret"), "er2 is no secret") << "three bytes tell nothing";
  EXPECT_EQ(redactor.redact_rest(""), "");
}

TEST(Redactor, TakesSecretsOutOfValuesAndErrors) {
  Redactor redactor;
  redactor.add("token", SecretText("hunter2"));
  EXPECT_EQ(redacted(Value(ValueMap{{"hunter2", ValueList{"a hunter2", 3}}}), redactor),
            Value(ValueMap{{"[secret token]", ValueList{"a [secret token]", 3}}}));
  const Error error =
      redacted({ErrorKind::refused, "x.y", "no hunter2", {"host hunter2"}, {}, "try hunter2"}, redactor);
  EXPECT_EQ(one_line(error) + error.hint, "host [secret token]: no [secret token]try [secret token]");
}

}  // namespace
}  // namespace mxodus
