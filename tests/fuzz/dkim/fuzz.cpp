#include <cstdint>
#include <cstdlib>
#include <string>

#include "orchestrator/mail/dkim/key_record.h"
#include "orchestrator/mail/dkim/public_key.h"

namespace mxodus::dkim {
namespace {

/// A record of a stranger, and the key in it: what can be read is the same when it is published again.
void read_key(const std::string& text) {
  static_cast<void>(is_key_record(text));
  const KeyRecord record = parse_key_record(text);
  for (const std::string& base64 : {record.key, text})
    for (const char* type : {"rsa", "ed25519"}) {
      const auto key = decode_public_key(type, base64);
      if (!key) continue;
      const auto again = decode_public_key(type, key->published);
      if (!again || !(*again == *key)) std::abort();
    }
  static_cast<void>(public_key_from_pem(text));
}

}  // namespace
}  // namespace mxodus::dkim

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxodus::dkim::read_key({reinterpret_cast<const char*>(data), size});
  return 0;
}
