#include "orchestrator/mail/spf/macro.h"

#include <gtest/gtest.h>

namespace mxodus::spf {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

MacroValues values_for(const std::string& domain) {
  return {.local_part = "user",
          .sender_domain = domain,
          .domain = domain,
          .address = *IpAddress::parse("192.0.2.1"),
          .helo = "mail." + domain,
          .receiver = {},
          .now = {}};
}

TEST(SpfMacro, ANameThatIsTooLongLosesLabelsAtItsLeft) {
  const MacroValues values = values_for("example.org");
  EXPECT_EQ(expand_name("%{i}.%{D}.", values), "192.0.2.1.example.org");
  EXPECT_EQ(expand_name(repeated("a.", 121) + "%{d}", values), repeated("a.", 121) + "example.org")
      << "253 bytes";
  EXPECT_EQ(expand_name(repeated("a.", 122) + "%{d}", values), repeated("a.", 121) + "example.org");
  EXPECT_EQ(expand_name(repeated("a.", 121) + "b%{d}", values), repeated("a.", 120) + "bexample.org");
  EXPECT_EQ(expand_name(std::string(300, 'a'), values), "");
  EXPECT_EQ(expand_name(std::string(300, 'a') + "." + std::string(253, 'b') + ".", values),
            std::string(253, 'b'));
}

TEST(SpfMacro, OfARecordFullOfMacrosOnlyThoseThatTheNameCanHoldAreExpanded) {
  int asked = 0;
  MacroValues values = values_for("example.org");
  values.validated_name = [&asked] {
    ++asked;
    return std::string(".client.example.org");
  };
  const std::string name = expand_name(repeated("%{p}", 16'000) + "%{d}", values);
  EXPECT_EQ(name.size(), 11u + 19u * 12u + 11u) << name;
  EXPECT_TRUE(name.ends_with(".client.example.orgexample.org")) << name;
  EXPECT_LE(asked, 254 / 19 + 1);
}

}  // namespace
}  // namespace mxodus::spf
