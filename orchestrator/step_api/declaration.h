#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/value.h"
#include "orchestrator/core/verdict.h"

namespace mxodus {

/// The types of design and docs: how a parameter or an output is written and what it holds once bound.
enum class ParamType {
  text,
  integer,
  boolean,
  enumeration,  ///< text, one of ParamSpec::choices
  duration,
  size,
  ratio,
  time,
  path,        ///< absolute
  address,     ///< IPv4 or IPv6, without brackets
  hostname,    ///< a DNS name, with or without final dot; bound without
  host,        ///< the name of a host of the playbook
  place,       ///< {host: old, path: /var/vmail}
  account,     ///< the name of an entry of `accounts:`
  zone,        ///< the name of an entry of `dns:`
  repository,  ///< the name of an entry of `repositories:`
  secret,      ///< ${secrets.x}; bound as SecretRef
  command,     ///< {argv: […]} or {script: …}; the script is never interpolated
  step,        ///< {uses: …, with: {…}}: a nested observing step, as in done_if
  map,         ///< names to values of ParamSpec::element
  any,
};

/// One key under `with:`.
struct ParamSpec {
  std::string name;
  ParamType type = ParamType::text;
  std::string doc;                        ///< one sentence, for the reference and the schema
  bool required = false;                  ///< must be written; a list must hold something
  Value fallback;                         ///< what it is when not written; null: absent
  std::vector<std::string> choices = {};  ///< of an enumeration
  bool list = false;                      ///< a list of `type`; a single value is taken as a list of one
  ParamType element = ParamType::text;    ///< of a map
  bool raw = false;                       ///< never interpolated: a script, where ${X} belongs to the shell
};

/// One key under `steps.ID.` that a step gives when it is done.
struct OutputSpec {
  std::string name;
  ParamType type = ParamType::text;
  std::string doc;
  bool list = false;
};

/// Whether a step of the type has a `host:`.
enum class HostUse { none, optional, required };

/// Who handles a step: the type's own code, or the engine (a human is asked; time passes).
enum class StepKind { work, gate, wait };

/// Everything a step type says of itself. Validation, reference documentation, schema, completion and the
/// conformance suite are made from it.
struct StepDeclaration {
  std::string name;  ///< "restic.restore"
  int version = 1;   ///< part of the fingerprint; raised when the same parameters come to mean another effect
  StepKind kind = StepKind::work;
  Effect effect = Effect::observe;
  std::string summary;  ///< one line
  std::string doc;      ///< paragraphs of Markdown: what it looks at, what it changes, its traps
  std::string example;  ///< a step in YAML, with its id; validated by the conformance suite
  std::vector<ParamSpec> params;
  std::vector<OutputSpec> outputs;
  HostUse host = HostUse::none;
  bool takes_vantage = false;  ///< `from:` is meaningful
  bool heavy = false;          ///< one at a time on a host
  bool opaque = false;         ///< what it changes is the operator's own command: a plan cannot look inside
  std::vector<std::string> tools = {};  ///< programs that must be on the host
  std::vector<std::string> tags = {};   ///< what lint knows of it: see plan/lint.h
};

}  // namespace mxodus
