#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus::dns {

StepDeclaration declare_discovery();

}  // namespace mxodus::dns
