#include "orchestrator/journal/event_data.h"

namespace mxodus {
namespace {

// One list of members for each type, walked by the writer and by the reader, so that the two cannot differ.

template <class V>
void members(V&& v, RunOpened& d) {
  v("run", d.run);
  v("name", d.name);
  v("playbook_digest", d.playbook_digest);
  v("inputs", d.inputs);
  v("hosts", d.hosts);
  v("lineage", d.lineage);
  v("serial", d.serial);
  v("plan_digest", d.plan_digest);
  v("laptop", d.laptop);
  v("user", d.user);
  v("mxodus_version", d.mxodus_version);
  v("plan_file", d.plan_file);
}
template <class V>
void members(V&& v, RunResumed& d) {
  v("laptop", d.laptop);
  v("user", d.user);
  v("mxodus_version", d.mxodus_version);
}
template <class V>
void members(V&& v, RunStopped& d) {
  v("exit_code", d.exit_code);
  v("reason", d.reason);
  v("next_look", d.next_look);
  v("decision", d.decision);
}
template <class V>
void members(V&& v, Revision& d) {
  v("number", d.number);
  v("playbook_digest", d.playbook_digest);
  v("changes", d.changes);
  v("renamed", d.renamed);
}
template <class V>
void members(V&& v, JobRef& d) {
  v("host", d.host);
  v("id", d.id);
}
template <class V>
void members(V&& v, AttemptIntent& d) {
  v("title", d.title);
  v("effect", d.effect);
  v("fingerprint", d.fingerprint);
  v("jobs", d.jobs);
  v("plan", d.plan);
  v("undo", d.undo);
  v("undoes", d.undoes);
  v("decision", d.decision);
}
template <class V>
void members(V&& v, AttemptResult& d) {
  v("state", d.state);
  v("verdict", d.verdict);
  v("sentence", d.sentence);
  v("code", d.code);
  v("outputs", d.outputs);
  v("evidence", d.evidence);
  v("evidence_titles", d.evidence_titles);
  v("looked_at", d.looked_at);
  v("decision", d.decision);
}
template <class V>
void members(V&& v, StateChange& d) {
  v("state", d.state);
  v("reason", d.reason);
  v("next_look", d.next_look);
  v("deadline", d.deadline);
  v("decision", d.decision);
}
template <class V>
void members(V&& v, GateOpened& d) {
  v("kind", d.kind);
  v("question", d.question);
  v("digest", d.digest);
  v("options", d.options);
  v("people", d.people);
  v("drift", d.drift);
}
template <class V>
void members(V&& v, GateAnswered& d) {
  v("state", d.state);
  v("gate", d.gate);
  v("decision", d.decision);
  v("kind", d.kind);
  v("who", d.who);
  v("from", d.from);
  v("when", d.when);
  v("why", d.why);
  v("value", d.value);
}
template <class V>
void members(V&& v, DecisionData& d) {
  v("answers", d.answers);
  v("digest", d.digest);
  v("who", d.who);
  v("from", d.from);
  v("why", d.why);
  v("value", d.value);
}
template <class V>
void members(V&& v, Sentence& d) {
  v("sentence", d.sentence);
  v("decision", d.decision);
  v("details", d.details);
}
template <class V>
void members(V&& v, HostSeen& d) {
  v("host", d.host);
  v("reason", d.reason);
}
template <class V>
void members(V&& v, LeaseHeld& d) {
  v("host", d.host);
  v("token", d.token);
  v("reason", d.reason);
}
template <class V>
void members(V&& v, Observation& d) {
  v("verdict", d.verdict);
  v("sentence", d.sentence);
  v("outputs", d.outputs);
  v("evidence", d.evidence);
}
template <class V>
void members(V&& v, Adhoc& d) {
  v("uses", d.uses);
  v("host", d.host);
  v("argv", d.argv);
  v("effect", d.effect);
  v("who", d.who);
  v("from", d.from);
  v("why", d.why);
}

Value to_value(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}
Value to_value(std::int64_t number) {
  return number == 0 ? Value() : Value(number);
}
Value to_value(int number) {
  return to_value(std::int64_t{number});
}
Value to_value(bool flag) {
  return flag ? Value(true) : Value();
}
Value to_value(const Value& value) {
  return value;
}
template <class Enum>
requires std::is_enum_v<Enum> Value to_value(Enum e) {
  return Value(std::string(to_string(e)));
}
Value to_value(const JobRef& job) {
  return encode(job);
}
template <class T>
Value to_value(const std::optional<T>& optional) {
  if (!optional) return {};
  if constexpr (std::is_enum_v<T>) {
    return to_value(*optional);
  } else {
    return Value(*optional);
  }
}
template <class T>
Value to_value(const std::vector<T>& items) {
  if (items.empty()) return {};
  ValueList list;
  for (const T& item : items) list.push_back(to_value(item));
  return list;
}

struct Writer {
  ValueMap& map;
  template <class T>
  void operator()(const char* key, const T& member) const {
    if (Value value = to_value(member); !value.is_null()) map.emplace(key, std::move(value));
  }
};

void from_value(const Value& value, std::string& text) {
  if (const auto* held = value.get<std::string>()) text = *held;
}
void from_value(const Value& value, std::int64_t& number) {
  if (const auto* held = value.get<std::int64_t>()) number = *held;
}
void from_value(const Value& value, int& number) {
  if (const auto* held = value.get<std::int64_t>()) number = static_cast<int>(*held);
}
void from_value(const Value& value, bool& flag) {
  if (const auto* held = value.get<bool>()) flag = *held;
}
void from_value(const Value& value, Value& member) {
  member = value;
}
void from_value(const Value& value, JobRef& job) {
  job = decode<JobRef>(value);
}
void from_value(const Value& value, std::optional<Time>& time) {
  if (const auto* held = value.get<Time>()) time = *held;
}
void from_value(const Value& value, std::optional<Verdict>& verdict) {
  if (const auto* held = value.get<std::string>()) verdict = verdict_from_string(*held);
}
void from_value(const Value& value, Effect& effect) {
  if (const auto* held = value.get<std::string>()) effect = effect_from_string(*held).value_or(effect);
}
void from_value(const Value& value, ItemState& state) {
  if (const auto* held = value.get<std::string>()) state = item_state_from_string(*held).value_or(state);
}
template <class T>
void from_value(const Value& value, std::vector<T>& items) {
  const auto* list = value.get<ValueList>();
  if (!list) return;
  for (const Value& held : *list) from_value(held, items.emplace_back());
}

struct Reader {
  const Value& value;
  template <class T>
  void operator()(const char* key, T& member) const {
    if (const Value* held = value.find(key)) from_value(*held, member);
  }
};

}  // namespace

template <class T>
Value encode(const T& data) {
  ValueMap map;
  members(Writer{map}, const_cast<T&>(data));  // the writer only reads
  return map;
}

template <class T>
T decode(const Value& value) {
  T data;
  members(Reader{value}, data);
  return data;
}

#define MXODUS_EVENT_DATA(T)       \
  template Value encode(const T&); \
  template T decode(const Value&);
MXODUS_EVENT_DATA(RunOpened)
MXODUS_EVENT_DATA(RunResumed)
MXODUS_EVENT_DATA(RunStopped)
MXODUS_EVENT_DATA(Revision)
MXODUS_EVENT_DATA(JobRef)
MXODUS_EVENT_DATA(AttemptIntent)
MXODUS_EVENT_DATA(AttemptResult)
MXODUS_EVENT_DATA(StateChange)
MXODUS_EVENT_DATA(GateOpened)
MXODUS_EVENT_DATA(GateAnswered)
MXODUS_EVENT_DATA(DecisionData)
MXODUS_EVENT_DATA(Sentence)
MXODUS_EVENT_DATA(HostSeen)
MXODUS_EVENT_DATA(LeaseHeld)
MXODUS_EVENT_DATA(Observation)
MXODUS_EVENT_DATA(Adhoc)
#undef MXODUS_EVENT_DATA

}  // namespace mxodus
