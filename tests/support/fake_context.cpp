#include "tests/support/fake_context.h"

#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace mxodus {
namespace {

[[noreturn]] void mistake(const std::string& what) {
  std::fprintf(stderr, "the test arranged its context wrongly: %s\n", what.c_str());
  std::abort();
}

}  // namespace

FakeContext::FakeContext(const StepType& type, std::string_view with) {
  const auto json = nlohmann::json::parse(with, nullptr, false);
  if (!json.is_object()) mistake("not a JSON object: " + std::string(with));
  BoundParams bound = bind_params(type.declaration(), *value_from_json(json).get<ValueMap>());
  std::string faults;
  for (const Error& fault : bound.faults) faults += one_line(fault) + "\n";
  if (!faults.empty()) mistake(faults);
  params_ = std::move(bound.params);
}

void FakeContext::add_host(HostReader& host) {
  hosts_[host.name()] = &host;
}

void FakeContext::use_host(HostReader& host) {
  add_host(host);
  host_ = &host;
}

void FakeContext::look_from(HostReader& host) {
  add_host(host);
  vantage_ = &host;
}

HostReader& FakeContext::host() {
  if (!host_) mistake("the step asks for its host and has none");
  return *host_;
}

Result<HostReader*> FakeContext::host_named(const std::string& name) {
  const auto found = hosts_.find(name);
  if (found == hosts_.end()) return fail(ErrorKind::not_found, "host.unknown", "no host is called " + name);
  return found->second;
}

HostReader& FakeContext::vantage() {
  if (!vantage_) mistake("the step asks for its vantage and has none");
  return *vantage_;
}

Result<SecretText> FakeContext::secret(const SecretRef& ref) {
  const auto found = secrets_.find(ref.name);
  if (found == secrets_.end())
    return fail(ErrorKind::refused, "secret.none", "the secret " + ref.name + " cannot be had now");
  return SecretText(found->second);
}

void FakeContext::keep_evidence(const std::string& name, std::string_view content) {
  evidence_[name] = std::string(content);
}

}  // namespace mxodus
