#include "orchestrator/mail/dmarc/public_suffix.h"

#include <libpsl.h>

#include <memory>

namespace mxodus::dmarc {

std::string organizational_domain_by_list(const std::string& domain) {
  static const std::unique_ptr<psl_ctx_t, decltype(&psl_free)> list(psl_latest(nullptr), psl_free);
  const char* registrable = list ? psl_registrable_domain(list.get(), domain.c_str()) : nullptr;
  return registrable ? registrable : domain;
}

}  // namespace mxodus::dmarc
