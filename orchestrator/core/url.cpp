#include "orchestrator/core/url.h"

#include <strings.h>

namespace mxodus {
namespace {

constexpr std::string_view plain = "http://";
constexpr std::string_view secured = "https://";

bool begins_with(std::string_view url, std::string_view scheme) {
  return url.size() >= scheme.size() && ::strncasecmp(url.data(), scheme.data(), scheme.size()) == 0;
}

}  // namespace

std::string_view url_authority(std::string_view url) {
  if (begins_with(url, plain)) {
    url.remove_prefix(plain.size());
  } else if (begins_with(url, secured)) {
    url.remove_prefix(secured.size());
  } else {
    return {};
  }
  return url.substr(0, url.find_first_of("/\\?#"));
}

bool url_has_login(std::string_view url) {
  return url_authority(url).find('@') != std::string_view::npos;
}

bool url_is_open(std::string_view url) {
  if (!begins_with(url, plain)) return false;
  const std::string_view place = url_authority(url);
  const std::string_view host =
      place.starts_with('[') ? place.substr(0, place.find(']') + 1) : place.substr(0, place.find(':'));
  const bool number = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host != "localhost" && host != "[::1]" && !(number && host.starts_with("127."));
}

}  // namespace mxodus
