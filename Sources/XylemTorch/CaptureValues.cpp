#include "Capture.h"

#include <c10/core/impl/LocalDispatchKeySet.h>

#include <algorithm>

// The values of a capture: what each tensor shows, and what shares memory.

namespace xylem {

static bool has_plain_memory(const at::Tensor &tensor) {
  return tensor.defined() && tensor.layout() == at::kStrided && tensor.device().is_cpu() && !tensor.is_quantized() &&
         !tensor.is_complex() && !tensor.is_conj() && !tensor.is_neg() && tensor.has_storage();
}

void each_tensor(const IValue &value, const std::function<void(const at::Tensor &)> &body) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) body(value.toTensor());
  } else if (value.isList()) {
    for (const IValue &element : value.toListRef()) each_tensor(element, body);
  } else if (value.isTuple()) {
    for (const IValue &element : value.toTupleRef().elements()) each_tensor(element, body);
  } else if (value.isGenericDict()) {
    for (const auto &entry : value.toGenericDict()) each_tensor(entry.value(), body);
  }
}

Capture::Known *Capture::find(const at::Tensor &tensor) {
  const auto found = known_.find(tensor.unsafeGetTensorImpl());
  return found == known_.end() ? nullptr : &found->second;
}

const Capture::Known *Capture::find(const at::Tensor &tensor) const {
  const auto found = known_.find(tensor.unsafeGetTensorImpl());
  return found == known_.end() ? nullptr : &found->second;
}

Capture::Known &Capture::know(const at::Tensor &tensor, uint32_t value, bool is_constant, bool is_outside) {
  auto *impl = tensor.unsafeGetTensorImpl();
  // While the weak reference lives, no other tensor gets the object's address.
  const auto [place, is_new] = known_.insert_or_assign(
      impl, Known{c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>(tensor.getIntrusivePtr()), value,
                  section, is_constant, is_outside, false});
  if (is_new && tensor.has_storage()) {
    auto *storage = tensor.storage().unsafeGetStorageImpl();
    const auto [sharing, is_new_storage] = sharing_.try_emplace(storage);
    // The same holds for its memory.
    if (is_new_storage) sharing->second.storage = tensor.storage().getWeakStorageImpl();
    sharing->second.tensors.push_back(impl);
  }
  return place->second;
}

uint32_t Capture::add_plain(CapturedValue value) {
  values_.push_back(std::move(value));
  return static_cast<uint32_t>(values_.size() - 1);
}

static void describe(CapturedValue &out, const at::Tensor &tensor) {
  out.integers = tensor.sizes().vec();
  out.value.dtype = static_cast<int32_t>(tensor.scalar_type());
}

uint32_t Capture::add_computed(const at::Tensor &tensor) {
  CapturedValue out;
  out.value.kind = has_plain_memory(tensor) ? XYLEM_ENGINE_COMPUTED : XYLEM_ENGINE_OTHER;
  describe(out, tensor);
  out.section = section;
  return add_plain(std::move(out));
}

uint32_t Capture::add_constant(const at::Tensor &tensor, bool is_outside) {
  CapturedValue out;
  out.value.kind = has_plain_memory(tensor) ? XYLEM_ENGINE_CONSTANT : XYLEM_ENGINE_OTHER;
  describe(out, tensor);
  if (is_outside) {
    out.source = tensor;
    out.version = tensor.is_inference() ? 0 : static_cast<uint32_t>(tensor._version());
    out.data = tensor.has_storage() ? tensor.const_data_ptr() : nullptr;
    outside_.push_back(static_cast<uint32_t>(values_.size()));
  }
  if (out.value.kind == XYLEM_ENGINE_CONSTANT) {
    c10::impl::ExcludeDispatchKeyGuard outside(recording_key);
    at::NoGradGuard without_gradients;
    out.constant = tensor.detach().contiguous();
    out.value.data = out.constant.const_data_ptr();
  }
  return add_plain(std::move(out));
}

void Capture::add_inputs(const IValue &value) {
  each_tensor(value, [&](const at::Tensor &tensor) {
    if (find(tensor)) return;
    const auto number = add_computed(tensor);
    values_[number].section = XYLEM_CAPTURE_OUTSIDE;
    // The caller's own tensor: what is written to it must reach the caller.
    know(tensor, number, false, true);
  });
}

void Capture::note(const IValue &value) {
  each_tensor(value, [&](const at::Tensor &tensor) {
    if (!find(tensor)) know(tensor, add_computed(tensor), false, false);
  });
}

/// The number of a value that is an operand. Tensors that nothing recorded made are the model's.
uint32_t Capture::add(const IValue &value, bool &is_opaque) {
  CapturedValue out;
  if (value.isTensor()) {
    const auto &tensor = value.toTensor();
    if (!tensor.defined()) return add_plain(std::move(out));
    auto *known = find(tensor);
    if (!known) known = &know(tensor, add_constant(tensor, true), true, true);
    if (known->is_constant && !known->is_outside && !known->is_used) {
      // Folded: its elements as they are now.
      known->value = add_constant(tensor, false);
    }
    known->is_used = true;
    if (values_[known->value].value.kind == XYLEM_ENGINE_OTHER) is_opaque = true;
    return known->value;
  }
  if (value.isNone()) return add_plain(std::move(out));
  if (value.isBool()) {
    out.value.kind = XYLEM_ENGINE_BOOL;
    out.value.integer = value.toBool();
  } else if (value.isInt()) {
    out.value.kind = XYLEM_ENGINE_INT;
    out.value.integer = value.toInt();
  } else if (value.isDouble()) {
    out.value.kind = XYLEM_ENGINE_DOUBLE;
    out.value.number = value.toDouble();
  } else if (value.isString()) {
    out.value.kind = XYLEM_ENGINE_STRING;
    out.text = value.toStringRef();
  } else if (value.isDevice()) {
    out.value.kind = XYLEM_ENGINE_STRING;
    out.text = value.toDevice().str();
  } else if (value.isIntList()) {
    out.value.kind = XYLEM_ENGINE_INTS;
    out.integers = value.toIntVector();
  } else if (value.isDoubleList()) {
    out.value.kind = XYLEM_ENGINE_DOUBLES;
    out.numbers = value.toDoubleVector();
  } else if (value.isBoolList()) {
    out.value.kind = XYLEM_ENGINE_BOOLS;
    for (bool element : value.toBoolList()) out.integers.push_back(element);
  } else if (value.isList()) {
    out.value.kind = XYLEM_ENGINE_LIST;
    for (const IValue &element : value.toListRef()) {
      if (!element.isTensor() && !element.isNone()) is_opaque = true;
      out.elements.push_back(add(element, is_opaque));
    }
  } else {
    out.value.kind = XYLEM_ENGINE_OTHER;
    is_opaque = true;
  }
  return add_plain(std::move(out));
}

/// Whether another living tensor shows the same memory. The sections that made such tensors are remembered: what they
/// give must keep sharing memory.
bool Capture::is_shared(const at::Tensor &tensor) {
  if (!tensor.has_storage()) return false;
  const auto found = sharing_.find(tensor.storage().unsafeGetStorageImpl());
  if (found == sharing_.end()) return false;
  const auto &tensors = found->second.tensors;
  const bool is_shared = std::any_of(tensors.begin(), tensors.end(), [&](const c10::TensorImpl *impl) {
    return impl != tensor.unsafeGetTensorImpl() && known_.at(impl).impl.use_count() > 0;
  });
  // Those that are gone count: the written one may be a view of a view.
  if (is_shared) {
    for (const auto *impl : tensors) sharing_sections_.insert(known_.at(impl).section);
  }
  return is_shared;
}

/// Whether a write to a tensor can be told as a new value of that tensor alone.
uint32_t Capture::flags_of_write(const at::Tensor &tensor, bool from_constants) {
  const auto *known = find(tensor);
  if (!known || known->is_outside) return XYLEM_CAPTURE_OVERWRITES;  // the model's or the caller's
  if (known->is_constant) {
    // The memory of a folded value that nothing has read yet may change, by constants alone.
    if (!from_constants) return XYLEM_CAPTURE_OVERWRITES;
    if (!tensor.has_storage()) return XYLEM_CAPTURE_OVERWRITES;
    const auto &sharing = sharing_.at(tensor.storage().unsafeGetStorageImpl()).tensors;
    const bool is_used = std::any_of(sharing.begin(), sharing.end(), [&](const c10::TensorImpl *impl) {
      const auto &other = known_.at(impl);
      return other.is_used || !other.is_constant || other.is_outside;
    });
    return is_used ? XYLEM_CAPTURE_OVERWRITES : 0;
  }
  return is_shared(tensor) ? XYLEM_CAPTURE_OVERWRITES : 0;
}

xylem_captured Capture::content() {
  out_values_.clear();
  out_sections_.clear();
  out_nodes_.clear();
  schemas_.clear();
  for (auto &value : values_) {
    auto out = value.value;
    switch (out.kind) {
      case XYLEM_ENGINE_CONSTANT:
      case XYLEM_ENGINE_COMPUTED:
      case XYLEM_ENGINE_OTHER:
        out.sizes = value.integers.data();
        out.dimensions = value.integers.size();
        break;
      default:
        out.integers = value.integers.data();
        out.numbers = value.numbers.data();
        out.elements = value.elements.data();
        out.count = std::max({value.integers.size(), value.numbers.size(), value.elements.size()});
    }
    out.text = text(value.text);
    out_values_.push_back(out);
    out_sections_.push_back(value.section);
  }
  for (const auto &call : calls_) {
    xylem_captured_node out{};
    out.node.name = text(call.op.schema().name());
    schemas_.push_back(c10::toString(call.op.schema()));
    out.node.schema = text(schemas_.back());
    out.node.inputs = call.inputs.data();
    out.node.input_count = call.inputs.size();
    out.node.outputs = call.outputs.data();
    out.node.output_count = call.outputs.size();
    out.section = call.section;
    out.flags = call.flags | (sharing_sections_.count(call.section) ? XYLEM_CAPTURE_OVERWRITES : 0);
    out_nodes_.push_back(out);
  }
  out_reading_.assign(reading_sections_.begin(), reading_sections_.end());
  return {out_values_.data(), out_values_.size(),   out_nodes_.data(),   out_nodes_.size(),
          out_sections_.data(), out_reading_.data(), out_reading_.size()};
}

uint32_t Capture::number(const at::Tensor &tensor) const {
  const auto *known = find(tensor);
  if (!known) return XYLEM_CAPTURE_UNKNOWN;
  return known->is_constant ? XYLEM_CAPTURE_OUTSIDE : known->value;
}

}  // namespace xylem
