#pragma once

#include <string>

#include <openssl/x509.h>

#include "orchestrator/net/tls.h"

namespace mxodus {

/// Reads the fields of a certificate and checks it against `name` (a DNS name or an address; empty: not
/// checked). chain_faults are left to the handshake.
Certificate read_certificate(X509& x509, const std::string& name);

}  // namespace mxodus
