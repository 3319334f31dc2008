#include "orchestrator/step_api/params.h"

#include <cstdio>
#include <cstdlib>

namespace mxodus {
namespace {

/// A wrong name or type here is a defect of a step type, found by its first test.
[[noreturn]] void wrong_use(const std::string& name, const char* wanted) {
  std::fprintf(stderr, "mxodus: parameter %s was asked for as %s, which it is not [this is a bug]\n",
               name.c_str(), wanted);
  std::abort();
}

template <class T>
std::optional<T> held(const Params& params, const std::string& name, const char* wanted) {
  const Value& value = params.at(name);
  if (value.is_null() || value.get<NotYetKnown>()) return std::nullopt;
  if (const T* found = value.get<T>()) return *found;
  wrong_use(name, wanted);
}

}  // namespace

const Value& Params::at(const std::string& name) const {
  static const Value absent;
  const auto found = values_.find(name);
  return found == values_.end() ? absent : found->second;
}

bool Params::has(const std::string& name) const {
  return !at(name).is_null();
}

std::string Params::text(const std::string& name) const {
  return held<std::string>(*this, name, "text").value_or(std::string());
}

std::int64_t Params::integer(const std::string& name) const {
  const auto number = held<std::int64_t>(*this, name, "integer");
  if (!number) wrong_use(name, "integer");
  return *number;
}

bool Params::flag(const std::string& name) const {
  return held<bool>(*this, name, "boolean").value_or(false);
}

std::vector<std::string> Params::texts(const std::string& name) const {
  const auto list = held<ValueList>(*this, name, "list");
  std::vector<std::string> texts;
  if (!list) return texts;
  for (const Value& item : *list) {
    const auto* text = item.get<std::string>();
    if (!text) wrong_use(name, "list of text");
    texts.push_back(*text);
  }
  return texts;
}

std::optional<Duration> Params::duration(const std::string& name) const {
  return held<Duration>(*this, name, "duration");
}
std::optional<Size> Params::size(const std::string& name) const {
  return held<Size>(*this, name, "size");
}
std::optional<Ratio> Params::ratio(const std::string& name) const {
  return held<Ratio>(*this, name, "ratio");
}
std::optional<Time> Params::time(const std::string& name) const {
  return held<Time>(*this, name, "time");
}
std::optional<SecretRef> Params::secret(const std::string& name) const {
  return held<SecretRef>(*this, name, "secret");
}

std::optional<Place> Params::place(const std::string& name) const {
  const auto map = held<ValueMap>(*this, name, "place");
  if (!map) return std::nullopt;
  return Place{to_string(map->at("host")), to_string(map->at("path"))};
}

ValueMap Params::map(const std::string& name) const {
  return held<ValueMap>(*this, name, "map").value_or(ValueMap());
}

std::string Params::waits_for() const {
  return Value(values_).waits_for();
}

}  // namespace mxodus
