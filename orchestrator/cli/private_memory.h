#pragma once

namespace mxodus {

/// From now on a crash of this process leaves no image of its memory, which holds secrets: neither a core
/// file nor one in the hands of systemd-coredump. Under a sanitizer that looks into the process, core files
/// only.
void keep_memory_private();

}  // namespace mxodus
