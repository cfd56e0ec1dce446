#include "Capture.h"

#include <ATen/core/enum_tag.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <algorithm>
#include <functional>

namespace xylem {

namespace {

/// The key whose fallback records: it comes before those of autograd and autocast, and nothing else uses it.
constexpr auto recording_key = c10::DispatchKey::TESTING_ONLY_GenericMode;

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

bool has_plain_memory(const at::Tensor &tensor) {
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
  uint32_t flags = 0;
  if (op.hasTag(at::Tag::nondeterministic_seeded) && draws(schema, arguments)) flags |= XYLEM_CAPTURE_RANDOM;
  if (updates_statistics(schema, arguments)) flags |= XYLEM_CAPTURE_OVERWRITES;
  // What another library's operator does with its arguments is not known.
  if (name.rfind("aten::", 0) != 0) flags |= XYLEM_CAPTURE_OPAQUE;
  if (!from_constants && (op.hasTag(at::Tag::data_dependent_output) ||
                          (op.hasTag(at::Tag::dynamic_output_shape) && !indexes_by_number(name, arguments)))) {
    flags |= XYLEM_CAPTURE_DEPENDS;
  }
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
  // What a write leaves is a new value of the same tensor.
  for (const auto &tensor : written) {
    auto *known = find(tensor);
    if (!known) continue;
    known->value = add_computed(tensor);
    known->is_constant = false;
    known->is_used = false;
  }
  for (auto result = stack.end() - static_cast<std::ptrdiff_t>(results); result != stack.end(); ++result) {
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
      if (!result->isTensor()) call.flags |= reads_no_elements(name) ? 0 : XYLEM_CAPTURE_DEPENDS;
    }
  }
  calls_.push_back(std::move(call));
}

uint32_t Capture::flags() const {
  uint32_t flags = 0;
  for (auto call = calls_.rbegin(); call != calls_.rend() && call->section == section; ++call) flags |= call->flags;
  return flags;
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

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&record_call>());
}

}  // namespace xylem
