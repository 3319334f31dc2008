#pragma once

#include <cstdio>
#include <map>
#include <string>

#include "orchestrator/core/clock.h"
#include "orchestrator/report/style.h"
#include "orchestrator/run/observer.h"

namespace mxodus {

/// Shows a run as it goes by: a line for everything that ended or stands, and on a terminal below them one
/// line for each running step that is rewritten in place. Writes to one stream, normally stderr.
class LiveView final : public Observer {
 public:
  enum class Detail { quiet, normal, verbose };

  LiveView(std::FILE* stream, Style style, Detail detail, const Clock& clock);
  ~LiveView() override;

  void see(const RunEvent& event) override;
  /// Takes the lines of what runs off the terminal and shows nothing more: others may write now.
  void end();

 private:
  struct Running {
    std::string host;
    Time since{};
    Progress progress;
    std::optional<Duration> elapsed;
    std::optional<Duration> heartbeat_age;
    std::optional<Duration> eta;
  };

  void show(const Recorded& recorded);
  void show(const Began& began);
  void show(const JobSeen& seen);
  void show(const LaptopSlept& slept);
  void show(const Stopping&);

  void print_line(Role role, std::string_view word, const ItemId& id, const std::string& text);
  void print_block(const std::string& text);
  void measure();
  void erase_footer();
  void draw_footer();
  std::string footer_line(const ItemId& id, const Running& running) const;

  std::FILE* stream_;
  Style style_;
  Detail detail_;
  const Clock& clock_;
  std::map<ItemId, Running> running_;
  std::size_t footer_lines_ = 0;
};

}  // namespace mxodus
