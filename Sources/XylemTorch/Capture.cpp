#include "Capture.h"

#include <ATen/core/enum_tag.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <algorithm>

namespace xylem {

namespace {

/// Operators that read of a tensor only its shape, type or device.
bool reads_no_elements(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "aten::new_zeros", "aten::new_ones",  "aten::new_full",  "aten::new_empty", "aten::zeros_like", "aten::ones_like",
      "aten::full_like", "aten::empty_like", "aten::size",      "aten::sym_size",  "aten::stride",     "aten::sym_stride",
      "aten::numel",     "aten::sym_numel", "aten::dim",       "aten::_shape_as_tensor",  "aten::is_same_size",
      "aten::storage_offset", "aten::sym_storage_offset", "aten::is_contiguous", "aten::sym_is_contiguous",
      "aten::is_floating_point", "aten::is_complex", "aten::is_signed", "aten::is_conj", "aten::is_neg",
      "aten::is_inference", "aten::result_type", "aten::can_cast"};
  return names.count(name) != 0;
}

/// Whether a random operator draws with these arguments: dropout does not in eval mode.
bool draws(const c10::FunctionSchema &schema, const std::vector<IValue> &arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto &name = schema.arguments()[i].name();
    if ((name == "train" || name == "training") && arguments[i].isBool() && !arguments[i].toBool()) return false;
    if ((name == "p" || name == "dropout_p" || name == "dropout") && arguments[i].isDouble() &&
        arguments[i].toDouble() == 0) {
      return false;
    }
  }
  return true;
}

/// Whether an operator updates running statistics, which schemas do not declare.
bool updates_statistics(const c10::FunctionSchema &schema, const std::vector<IValue> &arguments) {
  bool is_training = false;
  bool has_statistics = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto &name = schema.arguments()[i].name();
    if (name == "training" || name == "train" || name == "use_input_stats") {
      is_training = is_training || (arguments[i].isBool() && arguments[i].toBool());
    } else if (name == "running_mean") {
      has_statistics = arguments[i].isTensor() && arguments[i].toTensor().defined();
    }
  }
  return is_training && has_statistics;
}

/// Whether an operator that takes indices has no masks among them: its result's shape then depends on shapes alone.
bool indexes_by_number(const std::string &name, const std::vector<IValue> &arguments) {
  if (name != "aten::index" || arguments.size() < 2) return false;
  bool has_mask = false;
  each_tensor(arguments[1], [&](const at::Tensor &tensor) {
    has_mask = has_mask || tensor.scalar_type() == at::kBool || tensor.scalar_type() == at::kByte;
  });
  return !has_mask;
}

/// What an operator's schema and arguments tell of a call, apart from its writes.
uint32_t flags_of(const c10::OperatorHandle &op, const std::vector<IValue> &arguments, bool from_constants) {
  const auto &schema = op.schema();
  const auto &name = schema.name();
  uint32_t flags = 0;
  if (op.hasTag(at::Tag::nondeterministic_seeded) && draws(schema, arguments)) flags |= XYLEM_CAPTURE_RANDOM;
  if (updates_statistics(schema, arguments)) flags |= XYLEM_CAPTURE_OVERWRITES;
  // What another library's operator does with its arguments is not known.
  if (name.rfind("aten::", 0) != 0) flags |= XYLEM_CAPTURE_OPAQUE;
  if (!from_constants && (op.hasTag(at::Tag::data_dependent_output) ||
                          (op.hasTag(at::Tag::dynamic_output_shape) && !indexes_by_number(name, arguments)))) {
    flags |= XYLEM_CAPTURE_DEPENDS;
  }
  return flags;
}

void record_call(const c10::OperatorHandle &op, c10::DispatchKeySet keys, torch::jit::Stack *stack) {
  auto *capture = Capture::current();
  if (!capture) {
    c10::impl::ExcludeDispatchKeyGuard outside(recording_key);
    op.callBoxed(stack);
    return;
  }
  capture->record(op, keys, *stack);
}

}  // namespace

Capture *&Capture::current() {
  static thread_local Capture *capture = nullptr;
  return capture;
}

void Capture::record(const c10::OperatorHandle &op, c10::DispatchKeySet keys, torch::jit::Stack &stack) {
  const auto &schema = op.schema();
  const auto &name = schema.name();
  const auto count = schema.arguments().size();
  if (expanded_.count(name) && op.hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd)) {
    op.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, recording_key), &stack);
    return;
  }
  const std::vector<IValue> arguments(stack.end() - static_cast<std::ptrdiff_t>(count), stack.end());

  // Also where the result is folded: its memory may be the model's, and so may what it was computed from.
  for (const auto &argument : arguments) {
    each_tensor(argument, [&](const at::Tensor &tensor) {
      if (!find(tensor)) know(tensor, add_constant(tensor, true), true, true);
    });
  }
  bool from_constants = true;
  const bool is_about_shapes = reads_no_elements(name);
  for (const auto &argument : arguments) {
    each_tensor(argument, [&](const at::Tensor &tensor) {
      const auto *known = find(tensor);
      if (known && !known->is_constant && !is_about_shapes) from_constants = false;
    });
  }
  uint32_t flags = flags_of(op, arguments, from_constants);
  std::vector<at::Tensor> written;
  // Dropout that does not draw does not write either.
  const bool is_idle = op.hasTag(at::Tag::nondeterministic_seeded) && !draws(schema, arguments);
  for (size_t i = 0; i < count && !is_idle; ++i) {
    const auto *alias = schema.arguments()[i].alias_info();
    if (!alias || !alias->isWrite()) continue;
    each_tensor(arguments[i], [&](const at::Tensor &tensor) {
      flags |= flags_of_write(tensor, from_constants);
      written.push_back(tensor);
    });
  }
  const bool is_folded = from_constants && !(flags & ~XYLEM_CAPTURE_DEPENDS);

  CapturedCall call{op, {}, {}, {}, section, flags};
  if (!is_folded) {
    bool is_opaque = false;
    for (const auto &argument : arguments) {
      call.inputs.push_back(add(argument, is_opaque));
      call.arguments.push_back(argument.isTensor() || argument.isTensorList() || argument.isOptionalTensorList()
                                   ? IValue()
                                   : argument);
    }
    if (is_opaque) call.flags |= XYLEM_CAPTURE_OPAQUE;
  }
  {
    c10::impl::ExcludeDispatchKeyGuard outside(recording_key);
    op.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, recording_key), &stack);
  }
  const auto results = schema.returns().size();
  if (is_folded) {
    for (auto result = stack.end() - static_cast<std::ptrdiff_t>(results); result != stack.end(); ++result) {
      each_tensor(*result, [&](const at::Tensor &tensor) {
        if (find(tensor)) return;
        know(tensor, 0, true, false);
        kept_.push_back(tensor);
      });
    }
    return;
  }
  keep_results(call, written, stack.end() - static_cast<std::ptrdiff_t>(results), stack.end());
  calls_.push_back(std::move(call));
}

/// Numbers the values that a call has written or returned.
void Capture::keep_results(CapturedCall &call, const std::vector<at::Tensor> &written, Results first, Results last) {
  // What a write leaves is a new value of the same tensor.
  for (const auto &tensor : written) {
    auto *known = find(tensor);
    if (!known) continue;
    known->value = add_computed(tensor);
    known->is_constant = false;
    known->is_used = false;
  }
  for (auto result = first; result != last; ++result) {
    if (result->isTensor() && result->toTensor().defined()) {
      const auto &tensor = result->toTensor();
      const bool is_written = std::any_of(written.begin(), written.end(),
                                          [&](const at::Tensor &other) { return other.is_same(tensor); });
      auto *known = find(tensor);
      if (!known) known = &know(tensor, add_computed(tensor), false, false);
      // An operator that returned its argument, such as `contiguous`, gave no new value: no reader has this number.
      else if (!is_written) {
        call.outputs.push_back(add_computed(tensor));
        continue;
      }
      call.outputs.push_back(known->value);
    } else if (result->isTensorList()) {
      CapturedValue list;
      list.value.kind = XYLEM_ENGINE_LIST;
      list.section = section;
      for (const at::Tensor &tensor : result->toTensorVector()) {
        auto *known = find(tensor);
        if (!known) known = &know(tensor, add_computed(tensor), false, false);
        else if (known->section != section || known->is_constant) call.flags |= XYLEM_CAPTURE_OPAQUE;
        list.elements.push_back(known->value);
      }
      call.outputs.push_back(add_plain(std::move(list)));
    } else {
      call.outputs.push_back(add_plain({}));
      if (!result->isTensor()) call.flags |= reads_no_elements(call.op.schema().name()) ? 0 : XYLEM_CAPTURE_DEPENDS;
    }
  }
}

uint32_t Capture::flags() const {
  uint32_t flags = 0;
  for (auto call = calls_.rbegin(); call != calls_.rend() && call->section == section; ++call) flags |= call->flags;
  return flags;
}

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&record_call>());
}

}  // namespace xylem
