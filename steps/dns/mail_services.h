#pragma once

#include <string>
#include <vector>

namespace mxodus::dns {

/// The services for which clients look, as the names of their SRV records begin (RFC 6186, 8314, 5804, 6764,
/// 8620).
const std::vector<std::string>& mail_services();

}  // namespace mxodus::dns
