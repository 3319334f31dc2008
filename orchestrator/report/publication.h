#pragma once

#include "orchestrator/report/post_mortem_data.h"

namespace mxodus {

/// What a report is written from, whatever its format. With `redact` for publication, as Pseudonyms say;
/// inputs that are free text and the samples of a comparison are left out of it.
PostMortem post_mortem_of(const RunRecord& record, bool redact);

}  // namespace mxodus
