#pragma once

#include <string>
#include <utility>

#include "orchestrator/step_api/declaration.h"

namespace mxodus::dns {

/// Rows that the declarations of several looks share; `doc` is what one of them says of its own.
inline ParamSpec addresses_param(std::string name, std::string doc) {
  return {.name = std::move(name), .type = ParamType::address, .doc = std::move(doc), .list = true};
}

inline ParamSpec required(ParamSpec param) {
  param.required = true;
  return param;
}

inline ParamSpec domain_param(std::string doc) {
  return required({.name = "domain", .type = ParamType::hostname, .doc = std::move(doc), .list = true});
}

inline OutputSpec results_output(std::string doc) {
  return {.name = "results", .type = ParamType::map, .doc = std::move(doc), .list = true};
}

inline OutputSpec warnings_output(std::string doc = "What is not wrong and not well.") {
  return {.name = "warnings", .doc = std::move(doc), .list = true};
}

inline OutputSpec mend_output(std::string doc = "What to publish.") {
  return {.name = "mend", .doc = std::move(doc), .list = true};
}

}  // namespace mxodus::dns
