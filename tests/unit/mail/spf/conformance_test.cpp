#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/spf/evaluator.h"
#include "tests/support/fake_dns.h"

namespace mxodus::spf {
namespace {

/// One line of cases/*.txt with the world as it stands there; cases/record.txt tells the form.
struct Case {
  std::string where;  ///< "limits.txt:12"
  std::string section;
  std::string title;
  std::string client;
  std::string helo;
  std::string sender;
  std::string result;
  std::map<std::string, std::string> extra;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> world;
};

std::string trimmed(const std::string& text) {
  return std::string(trim(text));
}

/// "by=-all terms=3 void=1", or "exp=" and all that follows.
std::map<std::string, std::string> read_extra(const std::string& text) {
  std::map<std::string, std::string> extra;
  if (text.starts_with("exp=")) {
    extra["exp"] = text.substr(4);
    return extra;
  }
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    extra[word.substr(0, equals)] = equals == std::string::npos ? "" : word.substr(equals + 1);
  }
  return extra;
}

class CaseReader {
 public:
  std::vector<Case> read(const std::filesystem::path& path) {
    std::ifstream file(path);
    int number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      if (line.empty() || line.starts_with("#")) continue;
      if (line == "---") {
        world_.clear();
      } else if (const auto cells = split(line, '|'); cells.size() == 7) {
        cases_.push_back({path.filename().string() + ":" + std::to_string(number), trimmed(cells[0]),
                          trimmed(cells[1]), trimmed(cells[2]), trimmed(cells[3]), trimmed(cells[4]),
                          trimmed(cells[5]), read_extra(trimmed(cells[6])), world_});
      } else {
        add_to_world(line);
      }
    }
    return std::move(cases_);
  }

 private:
  void add_to_world(const std::string& line) {
    static const std::regex kRecord("(\\S+) (\\S+) (.+)");
    std::smatch match;
    if (!std::regex_match(line, match, kRecord)) {
      ADD_FAILURE() << "no record and no case: " << line;
      return;
    }
    if (match[2] == "=")
      world_[{match[1], "TXT"}] = {txt_data(match[3].str())};
    else
      world_[{match[1], match[2]}].push_back(match[3]);
  }

  std::vector<Case> cases_;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> world_;
};

std::vector<Case> all_cases() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(MXODUS_SOURCE_DIR "/tests/unit/mail/spf/cases"))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Case> cases;
  for (const auto& path : paths)
    for (Case& one : CaseReader().read(path)) cases.push_back(std::move(one));
  return cases;
}

void arrange(const Case& one, FakeDns& dns) {
  static const std::map<std::string, DnsStatus> kFaults = {{"!servfail", DnsStatus::servfail},
                                                           {"!timeout", DnsStatus::timeout},
                                                           {"!refused", DnsStatus::refused},
                                                           {"!bogus", DnsStatus::bogus}};
  for (const auto& [question, data] : one.world) {
    dns.add(question.first, question.second, 300, data);
    if (!kFaults.contains(data.front())) continue;
    DnsAnswer answer;
    answer.status = kFaults.at(data.front());
    dns.answer(question.first, question.second, answer);
  }
}

class SpfConformance : public testing::TestWithParam<Case> {};

TEST_P(SpfConformance, SaysWhatTheRfcSays) {
  const Case& one = GetParam();
  SCOPED_TRACE(one.where + ": RFC 7208, " + one.section + ": " + one.title);
  FakeDns dns;
  arrange(one, dns);
  const auto address = IpAddress::parse(one.client);
  ASSERT_TRUE(address) << one.client;
  const Client client{*address, one.helo, "mx.receiver.test", Time{std::chrono::seconds(1767225600)}};
  const bool of_helo = one.sender == "<>";
  const std::string domain = of_helo ? one.helo : one.sender.substr(one.sender.rfind('@') + 1);

  const Outcome outcome =
      check_host(client, domain, of_helo ? one.helo : one.sender, dns, Deadline(std::chrono::seconds(60)));

  EXPECT_EQ(to_string(outcome.result), one.result) << outcome.reason;
  EXPECT_FALSE(outcome.reason.empty());
  for (const auto& [key, value] : one.extra) {
    if (key == "by")
      EXPECT_EQ(outcome.decided_by, value) << outcome.reason;
    else if (key == "terms")
      EXPECT_EQ(std::to_string(outcome.terms), value);
    else if (key == "void")
      EXPECT_EQ(std::to_string(outcome.void_terms), value);
    else if (key == "exp")
      EXPECT_EQ(outcome.explanation, value);
    else
      ADD_FAILURE() << key << " is no expectation";
  }
}

INSTANTIATE_TEST_SUITE_P(Rfc7208, SpfConformance, testing::ValuesIn(all_cases()), [](const auto& one) {
  return std::regex_replace(one.param.where, std::regex("[^a-z0-9]"), "_");
});

/// "4.6.4" belongs to the row "4.6.4", all sorts of 7.x to "7".
std::string row_of(const std::string& section) {
  static const std::vector<std::string> kApart = {"4.6.4", "6.1", "6.2"};
  for (const std::string& row : kApart)
    if (section == row) return row;
  const bool by_second = section.starts_with("5.") || section.starts_with("4.") || section.starts_with("A.");
  return by_second ? section.substr(0, 3) : section.substr(0, 1);
}

TEST(SpfConformanceTable, OfTheDocsCountsTheCases) {
  std::map<std::string, int> counts;
  for (const Case& one : all_cases()) ++counts[row_of(one.section)];
  std::string table;
  for (const auto& [row, count] : counts) table += "| " + row + " | " + std::to_string(count) + " |\n";
  table += "| all | " + std::to_string(all_cases().size()) + " |\n";

  std::ifstream file(MXODUS_SOURCE_DIR "/docs/spf.md");
  std::ostringstream docs;
  docs << file.rdbuf();
  const std::string text = docs.str();
  const std::string head = "| section of RFC 7208 | cases |\n| --- | --- |\n";
  const std::size_t begin = text.find(head);
  ASSERT_NE(begin, std::string::npos);
  EXPECT_EQ(text.substr(begin + head.size()), table) << "the table that docs/spf.md ends with";
}

}  // namespace
}  // namespace mxodus::spf
