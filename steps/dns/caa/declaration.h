#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus::dns {

StepDeclaration declare_caa();

}  // namespace mxodus::dns
