#include "orchestrator/transport/shell_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace mxodus {
namespace {

constexpr std::size_t max_prelude = 4096;
constexpr std::size_t max_word = 16;  ///< of what stands in a marker behind the nonce
constexpr std::size_t printf_chunk = 16 * 1024;

/// A printf call that writes exactly `bytes`. Three octal digits always, so that a digit may follow.
std::string printf_of(std::string_view bytes) {
  std::string call = "printf '";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\'' && c != '\\' && c != '%') {
      call += c;
    } else {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\%03o", byte);
      call += escape.data();
    }
  }
  return call + "'";
}

std::string feeding(std::string_view input) {
  if (input.empty()) return {};
  std::string text = "{ ";
  for (; !input.empty(); input.remove_prefix(std::min(printf_chunk, input.size())))
    text += printf_of(input.substr(0, printf_chunk)) + "; ";
  return text + "} | ";
}

std::string marker_on_both(std::string_view nonce, std::string_view word) {
  const std::string call = "printf '\\n%s %s\\n' " + std::string(nonce) + " " + std::string(word);
  return call + "; " + call + " >&2\n";
}

}  // namespace

std::string program_of(const ShellTask& task) {
  return feeding(task.input) + "(\n" + task.text + "\n)" + (task.input.empty() ? " </dev/null\n" : "\n");
}

std::string encode_batch(std::span<const ShellTask> tasks, std::string_view nonce) {
  std::string text = marker_on_both(nonce, "start");
  for (const ShellTask& task : tasks) {
    text += program_of(task) + "mxodus_status=$?\n" + marker_on_both(nonce, "$mxodus_status");
  }
  return text;
}

FrameReader::FrameReader(std::span<const ShellTask> tasks, std::string_view nonce)
    : marker_("\n" + std::string(nonce) + " "), frames_(tasks.size()) {
  for (const ShellTask& task : tasks) limits_.push_back(task.output_limit);
}

void FrameReader::keep(std::string_view bytes) {
  if (started_ && complete()) return;
  std::string& into = started_ ? frames_[ended_].bytes : prelude_;
  const std::size_t limit = started_ ? limits_[ended_] : max_prelude;
  const std::size_t room = limit - std::min(limit, into.size());
  into.append(bytes.substr(0, room));
  if (started_ && bytes.size() > room) frames_[ended_].truncated = true;
}

/// Consumes the marker at `at` if it is all there; false where more bytes must come first.
bool FrameReader::take_marker(std::size_t at) {
  const std::size_t word_begin = at + marker_.size();
  const std::size_t word_end = pending_.find('\n', word_begin);
  if (word_end == std::string::npos && pending_.size() - word_begin <= max_word) return false;
  keep(std::string_view(pending_).substr(0, at));
  if (word_end == std::string::npos) {  // not ours: ours are short
    keep(std::string_view(pending_).substr(at, marker_.size()));
    pending_.erase(0, word_begin);
    return true;
  }
  const std::string_view word = std::string_view(pending_).substr(word_begin, word_end - word_begin);
  int status = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), status);
  if (!started_) {
    started_ = word == "start";
  } else if (!complete() && parsed.ec == std::errc{}) {
    frames_[ended_++].status = status;
  }
  pending_.erase(0, word_end + 1);
  return true;
}

void FrameReader::finish() {
  keep(pending_);
  pending_.clear();
}

void FrameReader::feed(std::string_view chunk) {
  pending_ += chunk;
  std::size_t at = 0;
  while ((at = pending_.find(marker_)) != std::string::npos)
    if (!take_marker(at)) return;
  // All but the bytes that may begin a marker is settled.
  std::size_t held = std::min(marker_.size() - 1, pending_.size());
  while (held > 0 && pending_.compare(pending_.size() - held, held, marker_, 0, held) != 0) --held;
  keep(std::string_view(pending_).substr(0, pending_.size() - held));
  pending_.erase(0, pending_.size() - held);
}

}  // namespace mxodus
