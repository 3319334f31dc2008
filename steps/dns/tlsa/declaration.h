#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus::dns {

StepDeclaration declare_tlsa();

}  // namespace mxodus::dns
