// Autocast blocks in traced code: operators that switch the calling thread's autocast on and back.
#include "Operators.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

namespace xylem {

namespace jit = torch::jit;

namespace {

/// The state that a block changed.
struct Before {
  c10::DeviceType device;
  bool enabled;
  at::ScalarType dtype;
};

std::vector<Before> &scopes() {
  static thread_local std::vector<Before> open;
  return open;
}

void enter(const std::string &device, int64_t dtype, bool enabled) {
  const auto type = c10::Device(device).type();
  scopes().push_back({type, at::autocast::is_autocast_enabled(type), at::autocast::get_autocast_dtype(type)});
  at::autocast::set_autocast_enabled(type, enabled);
  at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
  at::autocast::increment_nesting();
}

void exit() {
  if (scopes().empty()) throw std::runtime_error("no block of autocast is open");
  const auto before = scopes().back();
  scopes().pop_back();
  // Cast weights are kept for as long as the outermost block.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(before.device, before.enabled);
  at::autocast::set_autocast_dtype(before.device, before.dtype);
}

int32_t autocast_depth() { return static_cast<int32_t>(scopes().size()); }

void autocast_unwind(int32_t depth) {
  while (static_cast<int32_t>(scopes().size()) > depth && !scopes().empty()) exit();
}

}  // namespace

void register_autocast_scope() {
  jit::registerOperator(jit::Operator(
      "xylem::enter_autocast(str device, int dtype, bool enabled) -> ()", jit::Operation([](jit::Stack &stack) {
        const auto enabled = stack[stack.size() - 1].toBool();
        const auto dtype = stack[stack.size() - 2].toInt();
        const auto device = stack[stack.size() - 3].toStringRef();
        enter(device, dtype, enabled);
        stack.resize(stack.size() - 3);
      }),
      c10::AliasAnalysisKind::CONSERVATIVE));
  jit::registerOperator(jit::Operator("xylem::exit_autocast() -> ()",
                                      jit::Operation([](jit::Stack &) { exit(); }),
                                      c10::AliasAnalysisKind::CONSERVATIVE));
}

void add_autocast(xylem_tensor_runtime &table) {
  table.autocast_depth = autocast_depth;
  table.autocast_unwind = autocast_unwind;
}

}  // namespace xylem
