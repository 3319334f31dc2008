#include "steps/dns/providers/record_writer.h"

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns {
namespace {

struct Call {
  std::string method;
  std::string path;
  std::string body;
};

}  // namespace

Result<void> RecordWriter::write(const RecordEdits& edits, const Body& body, const Deadline& deadline) {
  std::vector<Call> calls;
  const auto add = [&](const char* method, const std::string& below,
                       const std::string& data) -> Result<void> {
    const nlohmann::json made = body(data);
    auto sent = made.empty() ? std::nullopt : as_body(made);
    if (!sent)
      return fail(ErrorKind::invalid, api_.access().provider + ".data",
                  "\"" + printable_line(data) + "\" cannot be sent to " + api_.access().title);
    calls.push_back({method, path_ + below, std::move(*sent)});
    return {};
  };
  for (const auto& [id, data] : edits.update)
    if (auto added = add("PUT", "/" + id, data); !added) return added;
  for (const std::string& data : edits.create)
    if (auto added = add("POST", "", data); !added) return added;
  for (const std::string& id : edits.remove) calls.push_back({"DELETE", path_ + "/" + id, ""});

  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto answer = api_.send(calls[i].method, calls[i].path, calls[i].body, deadline);
    const bool gone = answer && calls[i].method == "DELETE" && answer->status == 404;
    const bool good = answer && (gone || (answer->status >= 200 && answer->status < 300));
    if (good) continue;
    Error error = answer ? api_.refusal(*answer, true) : std::move(answer).error();
    return tl::unexpected(i == 0 ? std::move(error) : partly_written(std::move(error)));
  }
  return {};
}

}  // namespace mxodus::dns
