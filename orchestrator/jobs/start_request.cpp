#include "orchestrator/jobs/start_request.h"

#include <algorithm>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_secret = 256u << 10;
constexpr std::size_t longest_script = 1u << 20;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_variable(const std::string& name) {
  return !name.empty() && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

tl::unexpected<Error> invalid(const std::string& what) {
  return fail(ErrorKind::invalid, "job.spec", "the job cannot be run as it is: " + what);
}

Result<std::string> exports(const std::map<std::string, std::string>& env) {
  std::string text;
  for (const auto& [name, value] : env) {
    if (!is_variable(name))
      return invalid("\"" + printable_line(name) + "\" cannot be the name of a variable");
    if (value.find('\0') != std::string::npos) return invalid("the value of " + name + " holds a NUL byte");
    text += "export " + name + "=" + shell_quote(value) + "\n";
  }
  return text;
}

/// Inside a container nothing of the outer host is seen: the script goes by stdin, whole before it begins,
/// and its own stdin is empty.
std::string script_inside(const std::string& env, const std::string& script) {
  return env + "{\n" + script + "\n} </dev/null\n";
}

Result<std::size_t> input_size(const JobSpec& spec, const std::map<std::string, SecretText>& values) {
  std::size_t size = 0;
  for (const auto& [file, secret] : spec.secrets) {
    const auto value = values.find(file);
    if (!is_job_file(file)) return invalid("\"" + printable_line(file) + "\" cannot be a file of secrets");
    if (value == values.end()) return invalid("secret " + secret + " has no value");
    if (value->second.reveal().size() > longest_secret)
      return invalid("secret " + secret + " is larger than 256 KiB");
    size += 16 + file.size() + 5 * value->second.reveal().size();
  }
  return size;
}

}  // namespace

bool is_job_file(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; });
}

Result<StartRequest> start_request(const JobId& id, const JobSpec& spec,
                                   const std::map<std::string, SecretText>& secret_values,
                                   const std::vector<std::string>& enter) {
  const bool inside = spec.inside && !enter.empty();
  if (inside && !spec.secrets.empty())
    return invalid("secrets cannot be handed to a job that runs through `enter`");
  if (spec.script.find('\0') != std::string::npos || spec.script.size() > longest_script)
    return invalid("its script is longer than 1 MiB or holds a NUL byte");
  const auto env = exports(spec.env);
  if (!env) return tl::unexpected(env.error());
  const std::string script = inside ? script_inside(*env, spec.script) : spec.script;
  const std::string words = inside ? shell_quote(enter) : "";
  if (words.find('\n') != std::string::npos) return invalid("`enter` holds a line end");

  const auto size = input_size(spec, secret_values);
  if (!size) return tl::unexpected(size.error());
  std::string input;
  input.reserve(*size);  // never moved, so that no copy of a secret is left behind
  for (const auto& [file, secret] : spec.secrets) {
    const SecretText escaped(printf_escaped(secret_values.at(file).reveal()));
    input += file + " ";
    input += escaped.reveal();
    input += "\n";
  }

  HelperVariables variables = {{"job", id.text},
                               {"job_title", printable_line(spec.title)},
                               {"job_sum", sha256_hex(*env + '\0' + words + '\0' + script)},
                               {"job_script", script},
                               {"job_secrets", std::to_string(spec.secrets.size())},
                               {"job_env", *env},
                               {"job_enter", words},
                               {"job_runner", runner_script()},
                               {"job_kill_after", ""}};
  if (spec.kill_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(spec.kill_after->value).count();
    variables["job_kill_after"] = std::to_string(std::max<std::int64_t>(seconds, 1));
  }
  return StartRequest{std::move(variables), SecretText(std::move(input))};
}

Result<HelperVariables> lease_variables(const Lease& lease) {
  for (const std::string& text : {lease.run, lease.lineage, lease.laptop, lease.who})
    if (printable_line(text) != text || text.find('\t') != std::string::npos)
      return fail(ErrorKind::invalid, "lease.field",
                  "a lease cannot say \"" + printable_line(text) + "\": each field is one line of 200 bytes");
  if (lease.run.empty()) return fail(ErrorKind::invalid, "lease.field", "a lease needs the id of its run");
  return HelperVariables{{"lease_run", lease.run},
                         {"lease_lineage", lease.lineage},
                         {"lease_laptop", lease.laptop},
                         {"lease_who", lease.who},
                         {"lease_token", std::to_string(lease.token)}};
}

}  // namespace mxodus
