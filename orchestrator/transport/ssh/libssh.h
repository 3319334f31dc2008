#pragma once

#include <memory>
#include <string>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

namespace mxodus {

struct LibsshFree {
  void operator()(ssh_session_struct* session) const { ssh_free(session); }
  void operator()(ssh_key_struct* key) const { ssh_key_free(key); }
  void operator()(ssh_event_struct* event) const { ssh_event_free(event); }
  void operator()(char* text) const { ssh_string_free_char(text); }
};
using SshSession = std::unique_ptr<ssh_session_struct, LibsshFree>;
using SshKey = std::unique_ptr<ssh_key_struct, LibsshFree>;
using SshEvent = std::unique_ptr<ssh_event_struct, LibsshFree>;
using SshText = std::unique_ptr<char, LibsshFree>;

}  // namespace mxodus
