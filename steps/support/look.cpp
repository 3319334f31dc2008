#include "steps/support/look.h"

namespace mxodus {
namespace {

class Look final : public StepType {
 public:
  Look(StepDeclaration declaration, std::function<Result<Finding>(StepContext&)> look,
       std::function<Result<void>(const Params&)> check)
      : declaration_(std::move(declaration)), look_(std::move(look)), check_(std::move(check)) {}

  const StepDeclaration& declaration() const override { return declaration_; }
  Result<void> check(const Params& params) const override {
    if (!check_ || !params.waits_for().empty()) return {};
    return check_(params);
  }
  Result<Finding> probe(StepContext& context) const override { return look_(context); }

 private:
  StepDeclaration declaration_;
  std::function<Result<Finding>(StepContext&)> look_;
  std::function<Result<void>(const Params&)> check_;
};

}  // namespace

std::unique_ptr<StepType> make_look(StepDeclaration declaration,
                                    std::function<Result<Finding>(StepContext&)> look,
                                    std::function<Result<void>(const Params&)> check) {
  return std::make_unique<Look>(std::move(declaration), std::move(look), std::move(check));
}

}  // namespace mxodus
