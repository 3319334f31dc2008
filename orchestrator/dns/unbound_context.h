#pragma once

#include <unbound.h>

#include <memory>
#include <string>

#include "orchestrator/core/result.h"
#include "orchestrator/dns/resolver_settings.h"

namespace mxodus {

/// The lines of unbound.conf that say what the settings say. `invalid` where one of them would say more than
/// it should: a quote, a line break.
Result<std::string> unbound_configuration(const ResolverSettings& settings);

/// How many questions one context has on their way: half of what the socket of a server that is busy holds in
/// a Linux as it is installed (net.core.rmem_default).
constexpr std::size_t kQuestionsInFlight = 128;

/// A context of libunbound that works in a thread of its own and has an empty cache. Ends with all that is
/// still asked.
using UnboundContext = std::unique_ptr<ub_ctx, decltype(&ub_ctx_delete)>;
Result<UnboundContext> open_unbound(const std::string& configuration);
/// Whether a context could work by these lines: some of them are looked at with its first question only, and
/// then it takes no others any more.
Result<void> try_unbound(const std::string& configuration);

/// Starts a question. The first one of a context fixes its configuration, which libunbound keeps partly in
/// globals: this takes the lock that open_unbound() takes.
int start_question(ub_ctx& context, const std::string& absolute_name, int type, void* data,
                   ub_callback_type callback, int& id);

}  // namespace mxodus
