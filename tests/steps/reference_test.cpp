#include "orchestrator/step_api/reference.h"

#include <gtest/gtest.h>

#include "steps/catalog.h"
#include "tests/support/golden.h"

namespace mxodus {
namespace {

TEST(Reference, DocsStepsMdIsWhatTheDeclarationsSay) {
  expect_source_file("docs/steps.md", reference_markdown(make_catalog()));
}

}  // namespace
}  // namespace mxodus
