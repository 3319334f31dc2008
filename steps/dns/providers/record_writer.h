#pragma once

#include <functional>

#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/rrsets.h"

namespace mxodus::dns {

/// Carries out edits one record at a time, by POST, PUT and DELETE below one path.
class RecordWriter {
 public:
  using Body = std::function<nlohmann::json(const std::string& data)>;

  RecordWriter(ApiClient& api, std::string path) : api_(api), path_(std::move(path)) {}

  /// `body` makes a record of its data, or nothing where they cannot be sent: `invalid`, before anything is
  /// written. An error after the first change that took effect is `no_answer`: part of it is written.
  Result<void> write(const RecordEdits& edits, const Body& body, const Deadline& deadline);

 private:
  ApiClient& api_;
  std::string path_;
};

}  // namespace mxodus::dns
