#include "tests/steps/dns/stub/stub_api.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using dns::StoredRRset;
using nlohmann::json;

std::string decoded(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      bytes += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

StubRequest parsed(const HttpRequest& request, const std::string& base) {
  StubRequest seen{.method = request.method, .url = request.url, .body = request.body};
  const std::string rest = request.url.starts_with(base) ? request.url.substr(base.size()) : "";
  const std::size_t question = rest.find('?');
  seen.path = decoded(rest.substr(0, question));
  if (question != std::string::npos)
    for (const std::string& pair : split(rest.substr(question + 1), '&'))
      seen.query[decoded(pair.substr(0, pair.find('=')))] = decoded(pair.substr(pair.find('=') + 1));
  for (const auto& [name, value] : request.headers) seen.headers[lower(name)] = value;
  for (const auto& [name, value] : request.secret_headers) seen.headers[lower(name)] = value.reveal();
  return seen;
}

}  // namespace

std::string StubRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string StubRequest::asked(const std::string& name, const std::string& fallback) const {
  const auto found = query.find(name);
  return found == query.end() ? fallback : found->second;
}

HttpAnswer StubProfile::throttled(const std::string& retry_after) const {
  HttpAnswer answer = fault(429, "rate limit exceeded");
  if (!retry_after.empty()) answer.headers["retry-after"] = retry_after;
  return answer;
}

StubApi::StubApi(std::unique_ptr<StubProfile> profile, std::string zone)
    : profile_(std::move(profile)), zone_(std::move(zone)) {}

void StubApi::put(const StoredRRset& set) {
  remove(set.key());
  for (const std::string& data : set.rrset.data)
    add({"", set.rrset.name, set.rrset.type, data, set.rrset.ttl, false});
  for (const std::string& data : set.disabled)
    add({"", set.rrset.name, set.rrset.type, data, set.rrset.ttl, true});
  if (!set.comments.is_null()) comments_[set.key()] = set.comments;
}

StoredRRset StubApi::get(const std::string& name, const std::string& type) const {
  StoredRRset set{.rrset = {name, type}};
  for (const StubRecord& record : records_of({name, type})) {
    set.rrset.ttl = record.ttl;
    (record.disabled ? set.disabled : set.rrset.data).push_back(record.data);
  }
  if (const auto found = comments_.find(set.key()); found != comments_.end()) set.comments = found->second;
  return set;
}

void StubApi::throttle(int count, std::string retry_after) {
  throttled_ = count;
  retry_after_ = std::move(retry_after);
}

std::vector<RRsetKey> StubApi::keys() const {
  std::vector<RRsetKey> keys;
  for (const StubRecord& record : records_) keys.push_back({record.name, record.type});
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::vector<StubRecord> StubApi::records_of(const RRsetKey& key) const {
  std::vector<StubRecord> found;
  for (const StubRecord& record : records_)
    if (record.name == key.name && record.type == key.type) found.push_back(record);
  return found;
}

StubRecord* StubApi::by_id(const std::string& id) {
  const auto found =
      std::find_if(records_.begin(), records_.end(), [&](const StubRecord& one) { return one.id == id; });
  return found == records_.end() ? nullptr : &*found;
}

void StubApi::remove(const RRsetKey& key) {
  std::erase_if(records_,
                [&](const StubRecord& one) { return one.name == key.name && one.type == key.type; });
}

void StubApi::add(StubRecord record) {
  if (record.id.empty()) record.id = std::to_string(++ids_);
  records_.push_back(std::move(record));
}

StubApi::Page StubApi::page(std::size_t number, std::size_t size, std::size_t count) const {
  size = std::max<std::size_t>(1, std::min(size, page_limit_));
  const std::size_t begin = std::min(count, (std::max<std::size_t>(number, 1) - 1) * size);
  return {begin, std::min(count, begin + size), (count + size - 1) / size, count};
}

Result<HttpAnswer> StubApi::handle(const HttpRequest& request) {
  ++requests_;
  if (always_) return *always_;
  const std::string base = to_string(profile_->entry(zone_).options.at("url"));
  const StubRequest seen = parsed(request, base);
  if (throttled_ > 0 && throttled_-- > 0) return profile_->throttled(retry_after_);
  if (!profile_->lets_in(seen)) return profile_->fault(401, "who are you");
  return profile_->is_write(seen) ? write(seen) : profile_->answer(*this, seen);
}

Result<HttpAnswer> StubApi::write(const StubRequest& request) {
  HttpAnswer answer;
  const Played played = play_write([&] {
    answer = profile_->answer(*this, request);
    return answer.status < 300;
  });
  if (played == Played::cut) return fail(ErrorKind::no_answer, "http.broken", "the exchange broke off");
  if (played == Played::failed) return profile_->fault(500, "Internal Server Error");
  return answer;
}

HttpAnswer json_answer(int status, const json& body) {
  return {status, {{"content-type", "application/json"}}, body.dump()};
}

json json_of(const StubRequest& request) {
  if (!request.header("content-type").starts_with("application/json")) return nullptr;
  json body = json::parse(request.body, nullptr, false);
  return body.is_discarded() ? json() : body;
}

std::vector<std::string> path_parts(const std::string& path) {
  std::vector<std::string> parts = split(path, '/');
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  return parts;
}

std::string syntax_fault(const std::string& type, const std::string& data) {
  if (type == "TXT") {
    if (!data.starts_with('"')) return "a TXT record has to be quoted";
    for (const std::string& string : split(data, '"'))
      if (string.size() > 255 && string.find('\\') == std::string::npos) return "a string is too long";
  }
  const auto canonical = canonical_data(type, data);
  return canonical ? "" : canonical.error().message;
}

}  // namespace mxodus
