#include "Capture.h"

#include <ATen/core/class_type.h>

#include <algorithm>

// What was recorded, run again.

namespace xylem {

void Capture::watch(c10::intrusive_ptr<c10::ivalue::Object> owner, const std::string &name) {
  const auto slot = owner->type()->findAttributeSlot(name);
  if (!slot) return;  // a constant of the type
  const auto &held = owner->getSlot(*slot);
  if (held.isTensor()) watched_.push_back({owner, *slot, held.toTensor()});
}

bool Capture::is_current() const {
  const bool holds_tensors = std::all_of(watched_.begin(), watched_.end(), [](const Watched &watched) {
    const auto &held = watched.owner->getSlot(watched.slot);
    return held.isTensor() && held.unsafeToTensorImpl() == watched.tensor.unsafeGetTensorImpl();
  });
  return holds_tensors && std::all_of(outside_.begin(), outside_.end(), [&](uint32_t number) {
    const auto &value = values_[number];
    const auto version = value.source.is_inference() ? 0 : static_cast<uint32_t>(value.source._version());
    return version == value.version && (!value.data || value.source.const_data_ptr() == value.data);
  });
}

std::vector<at::Tensor> Capture::replay(const std::vector<uint32_t> &nodes, const std::vector<uint32_t> &inputs,
                                        const std::vector<at::Tensor> &values, const std::vector<uint32_t> &outputs,
                                        bool as_double) const {
  at::NoGradGuard without_gradients;
  std::unordered_map<uint32_t, IValue> known;
  const auto cast = [&](const at::Tensor &tensor) {
    return as_double && tensor.defined() && tensor.scalar_type() == at::kFloat ? tensor.to(at::kDouble) : tensor;
  };
  for (size_t i = 0; i < inputs.size(); ++i) known[inputs[i]] = cast(values[i]).clone();
  // Tensors and lists of tensors by number.
  const std::function<IValue(uint32_t)> value_of = [&](uint32_t number) -> IValue {
    const auto found = known.find(number);
    if (found != known.end()) return found->second;
    const auto &value = values_.at(number);
    switch (value.value.kind) {
      case XYLEM_ENGINE_CONSTANT: return cast(value.constant);
      case XYLEM_ENGINE_NONE: return IValue();
      case XYLEM_ENGINE_LIST: {
        c10::List<std::optional<at::Tensor>> optional;
        c10::List<at::Tensor> list;
        bool has_none = false;
        for (auto element : value.elements) {
          const auto inner = value_of(element);
          has_none = has_none || inner.isNone();
          optional.push_back(inner.isNone() ? std::optional<at::Tensor>() : inner.toTensor());
          if (inner.isTensor()) list.push_back(inner.toTensor());
        }
        return has_none ? IValue(optional) : IValue(list);
      }
      default: throw StatusError(XYLEM_INVALID_ARGUMENT, "a value is needed that was not computed");
    }
  };
  for (auto index : nodes) {
    const auto &call = calls_.at(index);
    torch::jit::Stack stack;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
      const auto kind = values_.at(call.inputs[i]).value.kind;
      const bool is_tensor = kind == XYLEM_ENGINE_CONSTANT || kind == XYLEM_ENGINE_COMPUTED || kind == XYLEM_ENGINE_LIST;
      if (!is_tensor) {
        const auto &argument = call.op.schema().arguments()[i];
        auto plain = call.arguments[i];
        const bool is_type = argument.name() == "dtype" && plain.isInt() &&
                             plain.toInt() == static_cast<int64_t>(at::ScalarType::Float);
        stack.push_back(as_double && is_type ? IValue(static_cast<int64_t>(at::ScalarType::Double)) : plain);
        continue;
      }
      auto value = value_of(call.inputs[i]);
      // Indices may be none in a list that has none here.
      if (value.isTensorList() && call.op.schema().arguments()[i].type()->str().find("?") != std::string::npos) {
        c10::List<std::optional<at::Tensor>> optional;
        for (const at::Tensor &element : value.toTensorVector()) optional.push_back(element);
        value = optional;
      }
      stack.push_back(std::move(value));
    }
    call.op.callBoxed(&stack);
    for (size_t i = 0; i < call.outputs.size(); ++i) {
      known[call.outputs[i]] = stack[i];
      const auto &list = values_.at(call.outputs[i]);
      if (list.value.kind != XYLEM_ENGINE_LIST || !stack[i].isTensorList()) continue;
      const auto elements = stack[i].toTensorVector();
      for (size_t k = 0; k < elements.size() && k < list.elements.size(); ++k) known[list.elements[k]] = elements[k];
    }
  }
  std::vector<at::Tensor> results;
  for (auto number : outputs) results.push_back(value_of(number).toTensor().clone());
  return results;
}

}  // namespace xylem
