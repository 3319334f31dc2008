#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include "orchestrator/core/error.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/report/style.h"

namespace mxodus {

/// Exit codes; docs/exit-codes.md.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_has_changes = 3;
inline constexpr int exit_parked = 4;
inline constexpr int exit_refused = 5;
inline constexpr int exit_in_doubt = 6;
inline constexpr int exit_interrupted = 130;

/// One invocation of the program: its options and what it will exit with.
struct Cli {
  CLI::App app{"Moves mail servers, step by reviewed step.", "mxodus"};
  bool json = false;
  bool quiet = false;
  int verbose = 0;
  bool no_input = false;
  std::string events_file;
  UniqueFd events;  ///< where every event of a run is written too, opened while the command line is read
  std::function<int()> chosen;  ///< what the command on the command line does

  /// A subcommand; `run` is called after the whole command line was found good. `examples` are whole lines to
  /// type.
  CLI::App& command(const std::string& name, const std::string& summary,
                    const std::vector<std::string>& examples, std::function<int()> run);

  Style out() const { return Style::for_fd(1); }
  Style err() const { return Style::for_fd(2); }
};

/// Prints the error to stderr: the sentence, below it what to do. Returns the exit code that fits its kind.
int report(const Error& error);
int exit_code_for(const Error& error);

/// Prints data to stdout; an exit status of failure where it cannot be written.
int print(const std::string& text);

/// Data for `--json`: indented, every byte valid UTF-8, a final newline.
std::string json_text(const nlohmann::json& data);

/// The next command to type, as the last line of what a person reads; below it the one `then` after it, or
/// the one `instead` of it. To stderr.
void suggest(const std::string& command, const std::string& then = {}, const std::string& instead = {});

}  // namespace mxodus
