#pragma once

#include <memory>
#include <string>

#include "orchestrator/journal/journal.h"
#include "tests/support/fake_clock.h"

namespace mxodus {

/// An emergency move in small, with one event of nearly every type: backup looked at, loss window approved by
/// a second terminal, restore interrupted and found again, DNS changed, a blacklisting accepted, the MX
/// undone. docs/journal.md shows its rows.
void write_example_run(std::unique_ptr<JournalStore> store, FakeClock& clock);

/// The state, one line for each thing in it, for golden files.
std::string describe(const RunState& state);

}  // namespace mxodus
