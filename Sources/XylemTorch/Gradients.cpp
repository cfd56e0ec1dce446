// Replacing the gradient that a tensor has accumulated: an operator, as PyTorch has none for it.
#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

namespace xylem {

namespace jit = torch::jit;

namespace {

void set_grad(const at::Tensor &tensor, const std::optional<at::Tensor> &gradient) {
  if (!gradient || !gradient->defined()) {
    // Only a tensor without gradient has no place for one yet.
    if (tensor.grad().defined()) tensor.mutable_grad().reset();
    return;
  }
  TORCH_CHECK(gradient->unsafeGetTensorImpl() != tensor.unsafeGetTensorImpl(), "a tensor can't be its own gradient");
  TORCH_CHECK(gradient->sizes() == tensor.sizes(), "the tensor is ", tensor.sizes(), " and the gradient ",
              gradient->sizes());
  TORCH_CHECK(gradient->scalar_type() == tensor.scalar_type(), "the tensor is ", tensor.scalar_type(),
              " and the gradient ", gradient->scalar_type());
  TORCH_CHECK(gradient->device() == tensor.device(), "the tensor is on ", tensor.device(), " and the gradient on ",
              gradient->device());
  tensor.mutable_grad() = *gradient;
}

// Registered when the library is loaded.
const jit::RegisterOperators registered({jit::Operator(
    "xylem::set_grad(Tensor(a!) self, Tensor? grad) -> ()", jit::Operation([](jit::Stack &stack) {
      const auto gradient = stack[stack.size() - 1].toOptional<at::Tensor>();
      const auto tensor = stack[stack.size() - 2].toTensor();
      stack.resize(stack.size() - 2);
      set_grad(tensor, gradient);
    }),
    c10::AliasAnalysisKind::FROM_SCHEMA)});

}  // namespace

}  // namespace xylem
