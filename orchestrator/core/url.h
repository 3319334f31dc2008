#pragma once

#include <string_view>

namespace mxodus {

/// "user:password@host:port" of "https://user:password@host:port/path"; empty where the scheme is not one of
/// http and https, written with two slashes.
std::string_view url_authority(std::string_view url);

/// Whether a URL holds a user or a password: it would stand in plans, journals and reports.
bool url_has_login(std::string_view url);

/// Whether others may read on the way what is sent to a URL: http, and not to this machine itself.
bool url_is_open(std::string_view url);

}  // namespace mxodus
