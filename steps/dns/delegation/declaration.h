#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus::dns {

StepDeclaration declare_delegation();

}  // namespace mxodus::dns
