#pragma once

// ldns defines bool, true and false as macros unless this header has been seen before it.
#include <stdbool.h>  // NOLINT(modernize-deprecated-headers)

#include <ldns/ldns.h>
