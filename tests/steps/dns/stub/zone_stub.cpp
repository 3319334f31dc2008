#include "tests/steps/dns/stub/zone_stub.h"

namespace mxodus {

void ZoneStub::fail_writes(int count, bool and_write) {
  failing_ = count;
  failing_writes_ = and_write;
}

ZoneStub::Played ZoneStub::play_write(const std::function<bool()>& act) {
  ++writes_;
  if (before_write_) std::exchange(before_write_, nullptr)();
  const Cut cut = std::exchange(cut_, Cut::no);
  const bool fails = failing_ > 0 && failing_-- > 0;
  if (fails && !failing_writes_) return Played::failed;
  if (cut == Cut::before) return Played::cut;
  if (act() && written_) written_();
  if (cut == Cut::after) return Played::cut;
  return fails ? Played::failed : Played::answered;
}

}  // namespace mxodus
