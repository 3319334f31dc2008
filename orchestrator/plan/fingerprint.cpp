#include "orchestrator/plan/fingerprint.h"

#include <nlohmann/json.hpp>

#include "orchestrator/core/digest.h"

namespace mxodus {

std::string fingerprint(const StepDeclaration& type, const Params& params, const HostIdentity* host) {
  const nlohmann::json seed = {{"fingerprint", 1},
                               {"type", type.name},
                               {"version", type.version},
                               {"params", to_json(Value(params.values()))},
                               {"host", host ? host->name + " " + host->fingerprint : ""}};
  return sha256_hex(seed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace mxodus
