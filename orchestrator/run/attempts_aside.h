#pragma once

#include <exception>
#include <memory>
#include <utility>

#include "orchestrator/run/attempts.h"

namespace mxodus {

// Private to the sources of Attempts.

inline Result<Jobs*> jobs_of(HostDirectory& hosts, const std::string& name) {
  if (Jobs* jobs = hosts.jobs(name)) return jobs;
  return fail(ErrorKind::invalid, "run.no-such-host", "the playbook has no host " + name);
}

template <class Answer>
void Attempts::aside(Attempt& attempt, std::chrono::milliseconds limit,
                     std::function<Result<Answer>(const Deadline&)> work,
                     std::function<void(Attempt&, Result<Answer>)> take) {
  run_.workers.start([this, id = attempt.id, limit, stop = attempt.stop.get_token(), work = std::move(work),
                      take = std::move(take)]() -> Completion {
    // The outermost frame of step code: whatever it throws is a defect of it, not the end of the run.
    auto answer = std::make_shared<Result<Answer>>([&]() -> Result<Answer> {
      try {
        return work(Deadline(limit, stop));
      } catch (const std::exception& e) {
        return fail(ErrorKind::internal, "run.defect", std::string("a defect of mxodus: ") + e.what());
      }
    }());
    return [this, id, answer, take] {
      if (const auto found = attempts_.find(id); found != attempts_.end())
        take(found->second, std::move(*answer));
    };
  });
}

}  // namespace mxodus
