#pragma once

#include <cstddef>
#include <functional>

namespace mxodus {

/// Calls `work(0)` … `work(count - 1)`, `threads` at a time or as many as there are to be had, and returns
/// when all have ended. What a call throws ends no thread: the others go on, and the first of it is thrown
/// here at the end.
void in_parallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work);

}  // namespace mxodus
