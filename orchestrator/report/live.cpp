#include "orchestrator/report/live.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "orchestrator/core/text.h"
#include "orchestrator/report/event_words.h"

namespace mxodus {
namespace {

constexpr std::size_t word_width = 10;
constexpr std::size_t id_width = 20;
constexpr std::size_t line_indent = 9 + word_width + 1 + id_width + 1;

std::string clock_text(Time time) {
  return to_local_string(time).substr(11, 8);
}

bool is_final(const Event& event) {
  return event.type == EventType::attempt_result || event.type == EventType::undo_result ||
         event.type == EventType::attempt_in_doubt || event.type == EventType::step_state ||
         event.type == EventType::wait_armed || event.type == EventType::gate_opened;
}

std::optional<double> fraction_of(const Progress& progress) {
  if (progress.fraction) return progress.fraction;
  if (progress.done_bytes && progress.total_bytes && *progress.total_bytes > 0)
    return static_cast<double>(*progress.done_bytes) / static_cast<double>(*progress.total_bytes);
  return std::nullopt;
}

/// From how far it has come in how long; nothing before 2 %, where it would be a guess.
std::optional<Duration> time_left(const JobSeen& seen) {
  const auto fraction = fraction_of(seen.progress);
  if (!fraction || *fraction < 0.02 || *fraction >= 1 || !seen.elapsed) return std::nullopt;
  const double left = static_cast<double>(seen.elapsed->value.count()) * (1 - *fraction) / *fraction;
  return Duration{std::chrono::milliseconds(std::llround(left / 1000) * 1000)};
}

/// A tab takes as many columns as it likes.
std::string without_tabs(std::string text) {
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

}  // namespace

LiveView::LiveView(std::FILE* stream, Style style, Detail detail, const Clock& clock)
    : stream_(stream), style_(style), detail_(detail), clock_(clock) {}

LiveView::~LiveView() {
  erase_footer();
}

void LiveView::end() {
  erase_footer();
  detail_ = Detail::quiet;
}

void LiveView::see(const RunEvent& event) {
  if (detail_ == Detail::quiet) return;
  std::visit([this](const auto& one) { show(one); }, event);
}

void LiveView::show(const Recorded& recorded) {
  const Event& event = recorded.event;
  if (is_final(event)) running_.erase(event.id);
  const EventWords words = words_for(event);
  if (!words.routine || detail_ == Detail::verbose) {
    print_line(words.role, words.word, event.id, words.sentence);
  } else if (style_.animate) {
    erase_footer();
    draw_footer();
  }
}

void LiveView::show(const Began& began) {
  running_[began.id] = Running{began.host, clock_.now(), {}, {}, {}, {}};
  erase_footer();
  draw_footer();
}

void LiveView::show(const JobSeen& seen) {
  Running& running = running_[seen.id];
  if (running.since == Time{}) running.since = clock_.now();
  running.host = seen.host;
  running.progress = seen.progress;
  running.elapsed = seen.elapsed;
  running.heartbeat_age = seen.heartbeat_age;
  running.eta = time_left(seen);
  erase_footer();
  draw_footer();
}

void LiveView::show(const LaptopSlept& slept) {
  print_line(Role::warning, "woke up", {},
             "this machine slept for " + to_string(slept.slept) + "; asking every job");
}

void LiveView::show(const Stopping&) {
  print_line(Role::warning, "stopping", {},
             "nothing new begins; jobs stay on their hosts. Ctrl-C again leaves at once");
}

void LiveView::print_line(Role role, std::string_view word, const ItemId& id, const std::string& text) {
  measure();
  const std::size_t room = style_.width > line_indent + 24 ? style_.width - line_indent : 40;
  print_block(style_.paint(Role::faint, clock_text(clock_.now())) + " " +
              style_.paint(role, pad(cut(word, word_width), word_width)) + " " +
              pad(cut(shown(id), id_width), id_width) + " " +
              (style_.animate ? wrap(without_tabs(text), room, line_indent) : text) + "\n");
}

void LiveView::print_block(const std::string& text) {
  erase_footer();
  std::fputs(text.c_str(), stream_);
  draw_footer();
  std::fflush(stream_);
}

void LiveView::erase_footer() {
  if (footer_lines_ == 0) return;
  std::fprintf(stream_, "\x1b[%zuA\x1b[J", footer_lines_);
  footer_lines_ = 0;
}

/// Windows are made larger and smaller: a line of the footer that is wrapped would not be erased.
void LiveView::measure() {
  if (!style_.animate) return;
  if (const auto width = Style::width_of(::fileno(stream_))) style_.width = *width;
}

void LiveView::draw_footer() {
  if (!style_.animate) return;
  measure();
  constexpr std::size_t most_lines = 8;
  for (const auto& [id, running] : running_) {
    if (footer_lines_ == most_lines) break;
    const std::string line =
        cut(without_tabs(footer_line(id, running)), std::max<std::size_t>(style_.width, 2) - 1);
    std::fprintf(stream_, "%s\n", style_.paint(Role::faint, line).c_str());
    ++footer_lines_;
  }
  std::fflush(stream_);
}

std::string LiveView::footer_line(const ItemId& id, const Running& running) const {
  const Duration elapsed =
      running.elapsed.value_or(Duration{clock_.now().since_epoch - running.since.since_epoch});
  std::string line = "  > " + pad(cut(shown(id), id_width), id_width);
  if (!running.host.empty()) line += " " + running.host;
  line += "  " + to_string(elapsed);
  if (running.progress.done_bytes) line += "  " + to_string(Size{*running.progress.done_bytes});
  if (running.progress.total_bytes) line += " of " + to_string(Size{*running.progress.total_bytes});
  if (const auto fraction = fraction_of(running.progress)) {
    std::array<char, 16> percent{};
    std::snprintf(percent.data(), percent.size(), "  %.0f %%", *fraction * 100);
    line += percent.data();
  }
  if (running.eta) line += "  " + to_string(*running.eta) + " left";
  if (running.heartbeat_age && running.heartbeat_age->value > std::chrono::seconds(10))
    line += "  silent for " + to_string(*running.heartbeat_age);
  if (!running.progress.note.empty()) line += "  " + printable_line(running.progress.note, 60);
  return line;
}

}  // namespace mxodus
