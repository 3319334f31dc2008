#include "orchestrator/transport/ssh/host_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

using Standing = HostKeyVerdict::Standing;
using testing::ElementsAre;
using testing::HasSubstr;

// Keys and hashed names as ssh-keygen 9.2 wrote them.
const ServerKey key_a{"ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIFiWEJcr/K5bIV0nl8sudZCBAWvy/16nycVjYfAjyJH3",
                      "SHA256:r8me0itrC8DDgoJ30k4ZsT5wN1D0HuuqI2nZBABtoko"};
const ServerKey key_b{"ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIBMxGobOepGw8i6Y/6RwWID7gJeudqM/eJ27B/In9qNl",
                      "SHA256:kDPSceP++UNF6jsljnDsLTHIC+5q3TYH3xIa/1NEtu4"};
const ServerKey key_c{"ecdsa-sha2-nistp256",
                      "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMvAe74W2cri8EGzCn+APUz9U68+"
                      "bdxy0xFKDFnc8FWJFrAkrogbiiCo5x1J"
                      "MijoM8VrXSisBPStdX6oYU6YVeQ=",
                      "SHA256:leNQ0YGgop6GUoG7rp1WyeuHpobTWtzP25OGhbepEPE"};
const std::string hashed_a =
    "|1|XLP5VIJVK2MmrqLWWD/I7dmGsbk=|8/v40O6Eo36OjDGcCi9R4heUGRs=";  // mail.example.org
const std::string hashed_b = "|1|3JCETsyMAJhSiQGiWiZjlsOTzG8=|NpQh5e3vVOPdMEmXclCOGnUFpc4=";  // …:2222

std::string line(const std::string& hosts, const ServerKey& key) {
  return hosts + " " + key.type + " " + key.base64 + "\n";
}

HostKeyVerdict judge(const ServerKey& key, const std::string& content,
                     const std::vector<std::string>& names = {"mail.example.org"}) {
  return judge_host_key(key, names, {{"kh", content}});
}

const std::vector<std::string> on_2222{"[mail.example.org]:2222", "mail.example.org"};

TEST(HostKey, APlainNameIsFoundAndAnotherIsNot) {
  EXPECT_EQ(judge(key_a, line("mail.example.org,192.0.2.1", key_a)).standing, Standing::trusted);
  EXPECT_EQ(judge(key_a, line("mail.example.net", key_a)).standing, Standing::unknown);
  EXPECT_EQ(judge(key_a, line("MAIL.Example.org", key_a)).standing, Standing::trusted);
}

TEST(HostKey, HashedNamesAreFound) {
  EXPECT_EQ(judge(key_a, line(hashed_a, key_a)).standing, Standing::trusted);
  EXPECT_EQ(judge(key_b, line(hashed_b, key_b), on_2222).standing, Standing::trusted);
  EXPECT_EQ(judge(key_b, line(hashed_b, key_b)).standing, Standing::unknown) << "known on port 2222 alone";
}

TEST(HostKey, OnAnotherPortTheBareNameTrustsButDoesNotSayChanged) {
  EXPECT_EQ(judge(key_a, line("mail.example.org", key_a), on_2222).standing, Standing::trusted);
  EXPECT_EQ(judge(key_b, line("mail.example.org", key_a), on_2222).standing, Standing::unknown);
}

TEST(HostKey, AnotherKeyOfItsTypeMeansChangedAndSaysWhere) {
  const HostKeyVerdict verdict = judge(key_b, "# old\n\n" + line("mail.example.org", key_a));
  EXPECT_EQ(verdict.standing, Standing::changed);
  EXPECT_EQ(verdict.where, "kh:3");
}

TEST(HostKey, OneOfSeveralKeysOfItsTypeIsEnough) {
  EXPECT_EQ(judge(key_b, line("mail.example.org", key_a) + line("mail.example.org", key_b)).standing,
            Standing::trusted);
}

TEST(HostKey, AKeyOfAnotherTypeNeitherTrustsNorSaysChanged) {
  const HostKeyVerdict verdict = judge(key_c, line("mail.example.org", key_a));
  EXPECT_EQ(verdict.standing, Standing::unknown);
  EXPECT_EQ(verdict.where, "kh:1");
}

TEST(HostKey, ARevokedKeyIsRevokedWhateverElseIsSaid) {
  EXPECT_EQ(judge(key_a, line("mail.example.org", key_a) + "@revoked " + line("*", key_a)).standing,
            Standing::revoked);
  EXPECT_EQ(judge(key_a, "@revoked " + line("*", key_b)).standing, Standing::unknown);
}

TEST(HostKey, ACertificateAuthorityIsNoHostKey) {
  EXPECT_EQ(judge(key_a, "@cert-authority " + line("*.example.org", key_a)).standing, Standing::unknown);
}

TEST(HostKey, PatternsMatchAndNegatedOnesExclude) {
  EXPECT_EQ(judge(key_a, line("*.example.org", key_a)).standing, Standing::trusted);
  EXPECT_EQ(judge(key_a, line("mai?.example.org", key_a)).standing, Standing::trusted);
  EXPECT_EQ(judge(key_a, line("*.example.org,!mail.example.org", key_a)).standing, Standing::unknown);
  EXPECT_EQ(judge(key_a, line("*example", key_a)).standing, Standing::unknown);
}

TEST(HostKey, DamagedLinesArePassedOver) {
  for (const std::string damaged : {"mail.example.org", "mail.example.org ssh-ed25519",
                                    "|1|x ssh-ed25519 AAAA", "|1||| a b", "@revoked", "\x01\xff \x02 \x03"})
    EXPECT_EQ(judge(key_a, damaged + "\n" + line("mail.example.org", key_a)).standing, Standing::trusted)
        << damaged;
}

TEST(HostKey, ManyStarsDoNotTakeForEver) {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "*a";
  EXPECT_EQ(judge(key_a, line(stars, key_a), {std::string(4000, 'a') + "b"}).standing, Standing::unknown);
}

TEST(HostKey, EveryFileIsRead) {
  EXPECT_EQ(judge_host_key(key_a, {"h"}, {{"one", ""}, {"two", line("h", key_a)}}).where, "two:1");
}

TEST(HostKey, TheTypesThatAreKnownAreAskedForFirst) {
  EXPECT_THAT(known_key_types({"h"}, {{"kh", line("h", key_c) + line("h", key_a) + line("other", key_b)}}),
              ElementsAre("ecdsa-sha2-nistp256", "ssh-ed25519"));
}

TEST(HostKey, TheNamesAreThoseOfOpenSsh) {
  ClientConfig config;
  config.hostname = "Mail.Example.org";
  EXPECT_THAT(known_hosts_names(config), ElementsAre("mail.example.org"));
  config.port = 2222;
  EXPECT_THAT(known_hosts_names(config), ElementsAre("[mail.example.org]:2222", "mail.example.org"));
  config.host_key_alias = "celeri";
  EXPECT_THAT(known_hosts_names(config), ElementsAre("celeri")) << "an alias stands alone, without a port";
}

TEST(HostKey, APinDecidesButForARevokedKey) {
  ClientConfig config;
  config.hostname = "mail.example.org";
  EXPECT_TRUE(check_host_key(key_a, config, "m", key_a.fingerprint, {}));
  EXPECT_TRUE(
      check_host_key(key_a, config, "m", key_a.fingerprint, {{"kh", line("mail.example.org", key_b)}}));
  EXPECT_EQ(check_host_key(key_a, config, "m", key_b.fingerprint, {{"kh", line("mail.example.org", key_a)}})
                .error()
                .code,
            "ssh.host-key-pin");
  EXPECT_EQ(check_host_key(key_a, config, "m", key_a.fingerprint, {{"kh", "@revoked " + line("*", key_a)}})
                .error()
                .code,
            "ssh.host-key-revoked");
}

TEST(HostKey, AKnownHostsFileThatCannotBeReadIsNoEmptyOne) {
  EXPECT_TRUE(read_known_hosts({"/nonexistent/known_hosts"})->empty());
  const auto files = read_known_hosts({"/proc/self/mem"});
  ASSERT_FALSE(files);
  EXPECT_THAT(one_line(files.error()), HasSubstr("/proc/self/mem"));
}

}  // namespace
}  // namespace mxodus
