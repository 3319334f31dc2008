#pragma once

#include <mutex>
#include <string>

namespace mxodus::dns {

/// Held by whoever writes to a zone: no provider can be trusted with two writers of one zone at a time
/// (PowerDNS on SQLite answers a quarter of them with "database is locked").
std::unique_lock<std::mutex> lock_zone(const std::string& zone);

}  // namespace mxodus::dns
