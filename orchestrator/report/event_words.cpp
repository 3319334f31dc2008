#include "orchestrator/report/event_words.h"

#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"

namespace mxodus {
namespace {

EventWords of_state(ItemState state, const std::string& sentence) {
  const std::string text = printable_line(sentence, 600);
  switch (state) {
    case ItemState::done:
      return {Role::good, "ok", text};
    case ItemState::failed:
      return {Role::bad, "fail", text};
    case ItemState::in_doubt:
      return {Role::bad, "in doubt", text};
    case ItemState::cancelled:
      return {Role::warning, "cancelled", text};
    case ItemState::skipped:
      return {Role::faint, "skipped", text};
    case ItemState::accepted:
      return {Role::warning, "accepted", text};
    case ItemState::undone:
      return {Role::good, "undone", text};
    case ItemState::waiting:
      return {Role::plain, "waits", text};
    case ItemState::gate:
      return {Role::question, "asks", text};
    case ItemState::blocked:
      return {Role::warning, "blocked", text};
    case ItemState::reconnecting:
      return {Role::warning, "no answer", text};
    case ItemState::pending:
      return {Role::plain, "pending", text, text.empty()};
    case ItemState::running:
      return {Role::plain, "running", text, text.empty()};
  }
  return {Role::plain, "", text};
}

EventWords of_result(const AttemptResult& result) {
  EventWords words = of_state(result.state, result.sentence);
  if (result.state == ItemState::failed && result.verdict == Verdict::unknown) words.word = "unknown";
  if (result.state != ItemState::done || !result.verdict) return words;
  words.word = to_string(*result.verdict);
  if (*result.verdict != Verdict::ok)
    words.role = *result.verdict == Verdict::warn ? Role::warning : Role::bad;
  return words;
}

EventWords of_decision(const Event& event, const DecisionData& decision) {
  std::string text = "by " + decision.who;
  if (!decision.why.empty())
    text += event.type == EventType::note ? ": " + decision.why : ", because: " + decision.why;
  if (!decision.value.is_null()) text += ": " + answer_words(decision.value);
  return {Role::question, std::string(to_string(event.type)), printable_line(text, 600)};
}

std::string revision_words(const Revision& revision) {
  const auto* changes = revision.changes.get<ValueMap>();
  if (!changes || changes->empty()) return "nothing that matters to the run";
  std::vector<std::string> words;
  for (const auto& [step, what] : *changes) words.push_back(step + " " + to_string(what));
  return join(words, "; ");
}

EventWords of_stop(const char* word, const RunStopped& stopped) {
  return {stopped.exit_code == 0 ? Role::good : Role::warning, word, printable_line(stopped.reason, 600)};
}

}  // namespace

std::string near_time(Time time, Time now) {
  const std::string text = to_local_string(time);
  constexpr std::size_t date_length = 10, clock_length = 8;
  return text.compare(0, date_length, to_local_string(now), 0, date_length) == 0
             ? text.substr(date_length + 1, clock_length)
             : text;
}

EventWords words_for(const Event& event) {
  if (is_decision(event.type)) return of_decision(event, decode<DecisionData>(event.data));
  switch (event.type) {
    case EventType::run_opened: {
      const auto opened = decode<RunOpened>(event.data);
      return {Role::heading, "run",
              printable_line(opened.run + " of " + opened.name + " by " + opened.user + " from " +
                             opened.laptop)};
    }
    case EventType::run_resumed: {
      const auto resumed = decode<RunResumed>(event.data);
      return {Role::heading, "resumed", printable_line("by " + resumed.user + " from " + resumed.laptop)};
    }
    case EventType::run_parked:
      return of_stop("parked", decode<RunStopped>(event.data));
    case EventType::run_ended:
      return of_stop("ended", decode<RunStopped>(event.data));
    case EventType::revision:
      return {
          Role::warning, "revision",
          printable_line("the playbook was changed: " + revision_words(decode<Revision>(event.data)), 600)};
    case EventType::planned:
      return {Role::plain, "planned", "its late plan is known now", true};
    case EventType::attempt_intent:
    case EventType::undo_intent: {
      const auto intent = decode<AttemptIntent>(event.data);
      const bool undo = event.type == EventType::undo_intent;
      return {Role::change, undo ? "undoes" : "begins",
              printable_line(undo ? undo_words(intent) : intent.title, 400),
              !undo && intent.effect == Effect::observe};
    }
    case EventType::attempt_attached:
      return {Role::plain, "attached", "its job was found again"};
    case EventType::attempt_progress:
      return {Role::faint, "progress", printable_line(to_string(event.data), 200), true};
    case EventType::attempt_result:
    case EventType::undo_result:
      return of_result(decode<AttemptResult>(event.data));
    case EventType::attempt_in_doubt:
    case EventType::wait_armed:
    case EventType::step_state: {
      const auto change = decode<StateChange>(event.data);
      std::string text = change.reason;
      if (change.next_look)
        text += (text.empty() ? "next look " : "; next look ") + near_time(*change.next_look, event.utc);
      return of_state(event.type == EventType::attempt_in_doubt ? ItemState::in_doubt : change.state, text);
    }
    case EventType::gate_opened: {
      const auto asked = decode<GateOpened>(event.data);
      const std::string offered = asked.options.empty() ? "" : " (" + join(asked.options, ", ") + ")";
      return {Role::question, "asks", printable_line(asked.question + offered, 600)};
    }
    case EventType::gate_answered: {
      const auto answered = decode<GateAnswered>(event.data);
      // Nobody says it where a look does: `done_if`.
      std::string said =
          answered.who.empty() ? "`" + answered.kind + "` holds" : answered.kind + " by " + answered.who;
      if (answered.state == ItemState::gate) said += "; another person is asked too";
      return of_state(answered.state, said);
    }
    case EventType::host_lost:
    case EventType::host_back: {
      const auto seen = decode<HostSeen>(event.data);
      const bool lost = event.type == EventType::host_lost;
      return {lost ? Role::warning : Role::good, lost ? "host lost" : "host back",
              printable_line(seen.host + (seen.reason.empty() ? "" : ": " + seen.reason))};
    }
    case EventType::lease_taken: {
      const auto lease = decode<LeaseHeld>(event.data);
      const std::string from_another = lease.reason.empty() ? "" : " over, because: " + lease.reason;
      return {Role::plain, "lease", printable_line("of " + lease.host + " taken" + from_another, 600),
              lease.reason.empty()};
    }
    case EventType::lease_released:
      return {Role::plain, "lease", printable_line("of " + decode<LeaseHeld>(event.data).host + " released"),
              true};
    case EventType::drift:
    case EventType::decision_refused:
      return {Role::bad, event.type == EventType::drift ? "drift" : "refused",
              printable_line(decode<Sentence>(event.data).sentence, 600)};
    case EventType::observation: {
      const auto seen = decode<Observation>(event.data);
      return {Role::plain, "looked", printable_line(seen.sentence, 400), true};
    }
    case EventType::adhoc: {
      const auto adhoc = decode<Adhoc>(event.data);
      return {Role::change, "do",
              printable_line("on " + adhoc.host + " by " + adhoc.who + ", because: " + adhoc.why + " (" +
                                 std::string(to_string(adhoc.effect)) + "): " + shell_quote(adhoc.argv),
                             600)};
    }
    default:
      return {Role::faint, printable_line(type_name(event), 10), printable_line(to_string(event.data), 200),
              true};
  }
}

std::string undo_words(const AttemptIntent& intent) {
  const Value* params = intent.plan.find("params");
  const Value* undo = params ? params->find("undo") : nullptr;
  const Value* argv = undo ? undo->find("argv") : nullptr;
  const Value* script = undo ? undo->find("script") : nullptr;
  if (!argv && !script) return intent.title;
  std::vector<std::string> words;
  if (argv) {
    if (const auto* list = argv->get<ValueList>())
      for (const Value& word : *list) words.push_back(to_string(word));
    else
      words.push_back(to_string(*argv));
  }
  const Value* host = intent.plan.find("host");
  return "run on " + (host ? to_string(*host) : "its host") + ": " +
         (argv ? shell_quote(words) : to_string(*script));
}

std::string answer_words(const Value& answer) {
  const auto* items = answer.get<ValueMap>();
  if (!items) return to_string(answer);
  std::vector<std::string> words;
  for (const auto& [item, said] : *items) {
    const Value *result = said.find("result"), *evidence = said.find("evidence");
    words.push_back(item + "=" + to_string(result ? *result : said) +
                    (evidence ? ": " + to_string(*evidence) : ""));
  }
  return join(words, ", ");
}

}  // namespace mxodus
