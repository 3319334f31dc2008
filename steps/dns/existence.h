#pragma once

#include <string>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"
#include "steps/dns/judgement.h"

namespace mxodus::dns {

/// Says that a domain does not exist, which is a failure: most of them are misspelt.
void say_missing(const std::string& domain, Judgement& judgement);

/// Asks whether the domain exists, and says so where it does not. False where that could not be asked: what
/// is asked of it next will not be answered either, and says so.
bool is_missing(const std::string& domain, DnsAsker& dns, const Deadline& deadline, Judgement& judgement);

}  // namespace mxodus::dns
