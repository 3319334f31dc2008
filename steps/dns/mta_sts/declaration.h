#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus::dns {

StepDeclaration declare_mta_sts();

}  // namespace mxodus::dns
