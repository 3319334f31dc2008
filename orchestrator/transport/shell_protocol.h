#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mxodus {

/// Something for a POSIX shell to run in a subshell of its own.
struct ShellTask {
  std::string text;   ///< complete shell text: whatever came from outside is quoted in it
  std::string input;  ///< its standard input, then end of file; any bytes
  std::size_t output_limit = 4u << 20;
};

/// The program text that makes a shell run `task`; its exit status is the shell's then. The input travels in
/// it as octal escapes through printf, which is part of every shell we drive, so it is in no argument list
/// and in no file.
std::string program_of(const ShellTask& task);

/// The program text that makes a shell run `tasks` one after the other and frame what they write: on stdout
/// and on stderr alike "\nNONCE start\n" once, then after each task "\nNONCE STATUS\n".
///
/// The nonce must be unguessable and new for each batch: it is what tells our frames from a noisy login
/// script and from hostile output. (A length before each output would need a temporary file on the host, and
/// looking must not write there.)
std::string encode_batch(std::span<const ShellTask> tasks, std::string_view nonce);

/// Takes one of the two streams of a batch apart, in chunks as they come.
class FrameReader {
 public:
  struct Frame {
    std::string bytes;
    bool truncated = false;
    std::optional<int> status;  ///< absent while the task has not ended
  };

  /// `tasks` give the number of frames and the bytes to keep of each; the rest is dropped.
  FrameReader(std::span<const ShellTask> tasks, std::string_view nonce);

  void feed(std::string_view chunk);
  /// The stream has ended, or nobody waits any longer: what looked like the beginning of a marker was none.
  void finish();
  bool complete() const { return ended_ == frames_.size(); }
  /// How many tasks have ended on this stream.
  std::size_t ended() const { return ended_; }
  std::vector<Frame>& frames() { return frames_; }
  /// What came before the first frame: the words of a login script or of a refusal, 4 KiB at most.
  const std::string& prelude() const { return prelude_; }

 private:
  void keep(std::string_view bytes);
  bool take_marker(std::size_t at);

  const std::string marker_;  ///< "\nNONCE "
  std::vector<std::size_t> limits_;
  std::vector<Frame> frames_;
  std::size_t ended_ = 0;
  bool started_ = false;
  std::string prelude_;
  std::string pending_;  ///< what may still turn out to be the beginning of a marker
};

}  // namespace mxodus
