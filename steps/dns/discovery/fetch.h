#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/http/http_client.h"

namespace mxodus::dns {

/// A place where clients look for their settings.
struct ConfigSource {
  std::string host;  ///< of the web server
  std::string url;
  std::string body;  ///< of a POST; empty: GET
};

/// Those of autoconfig and of autodiscover, each in the order in which clients try them.
std::vector<ConfigSource> autoconfig_sources(const std::string& domain);
std::vector<ConfigSource> autodiscover_sources(const std::string& domain);

/// What one of them gave.
struct ConfigFetch {
  enum class Standing { got, absent, closed, unknown };  ///< closed: only to who has a password
  Standing standing = Standing::unknown;
  std::string url;
  std::string why;  ///< of closed and unknown
  std::string xml;  ///< of got
};

/// Asks one, 256 KiB at most. Redirects are followed, as clients do.
ConfigFetch fetch_config(const ConfigSource& source, HttpClient& http, const Deadline& deadline);

}  // namespace mxodus::dns
