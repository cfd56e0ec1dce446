#include "Values.h"

#include <ATen/ATen.h>
#include <ATen/core/class_type.h>
#include <ATen/core/jit_type.h>

namespace xylem {

static xylem_status tensor_make(int32_t dtype, const int64_t *sizes, size_t dimensions, const void *bytes, size_t count,
                                xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    if (dtype < 0 || dtype >= static_cast<int32_t>(c10::ScalarType::NumOptions)) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "unknown dtype number " + std::to_string(dtype));
    }
    for (size_t i = 0; i < dimensions; ++i) {
      if (sizes[i] < 0) throw StatusError(XYLEM_INVALID_ARGUMENT, "a dimension is negative");
    }
    const auto options = at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype));
    auto made = at::empty(c10::IntArrayRef(sizes, dimensions), options);
    if (bytes) {
      if (count != made.nbytes()) {
        throw StatusError(XYLEM_INVALID_ARGUMENT, "the shape needs " + std::to_string(made.nbytes()) + " bytes, not " +
                                                      std::to_string(count));
      }
      if (count) std::memcpy(made.data_ptr(), bytes, count);
    }
    *out = wrap(IValue(std::move(made)));
  });
}

static xylem_status tensor_info(const xylem_value *value, xylem_tensor_info *out, xylem_error *error) {
  return guarded(error, [&] {
    const auto t = tensor(value);
    if (!t.defined()) throw StatusError(XYLEM_INVALID_ARGUMENT, "the tensor is undefined");
    xylem_tensor_info info{};
    info.dtype = static_cast<int32_t>(t.scalar_type());
    info.dimensions = static_cast<int32_t>(t.dim());
    info.sizes = t.sizes().data();
    const bool strided = t.layout() == c10::kStrided;
    info.strides = strided ? t.strides().data() : nullptr;
    info.data = strided && t.has_storage() ? t.data_ptr() : nullptr;
    info.count = t.numel();
    info.device_type = static_cast<int32_t>(t.device().type());
    info.device_index = t.device().index();
    info.requires_grad = t.requires_grad();
    info.is_contiguous = strided && t.is_contiguous();
    *out = info;
  });
}

template <typename Body>
static void for_each_tensor(const IValue &value, const Body &body) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) body(value.toTensor());
  } else if (value.isList()) {
    for (const IValue &element : value.toListRef()) for_each_tensor(element, body);
  } else if (value.isTuple()) {
    for (const IValue &element : value.toTupleRef().elements()) for_each_tensor(element, body);
  } else if (value.isGenericDict()) {
    for (const auto &entry : value.toGenericDict()) for_each_tensor(entry.value(), body);
  } else if (value.isObject()) {
    const auto &holder = value.toObjectRef();
    if (holder.type()->is_module()) return;
    for (const IValue &slot : holder.slots()) for_each_tensor(slot, body);
  }
}

static int32_t shares_storage(const xylem_value *a, const xylem_value *b) {
  try {
    bool shared = false;
    const IValue first = unwrap(*a), second = unwrap(*b);
    // One container, with any contents.
    if (!first.isTensor() && first.isPtrType() && first.is(second)) return 1;
    for_each_tensor(first, [&](const at::Tensor &x) {
      if (!x.has_storage()) {
        shared = true;  // Nothing is known of such a tensor's memory.
        return;
      }
      for_each_tensor(second, [&](const at::Tensor &y) {
        shared = shared || !y.has_storage() || x.storage().is_alias_of(y.storage()) ||
                 (x.nbytes() && x.storage().data() == y.storage().data());
      });
    });
    return shared;
  } catch (...) {
    return 1;
  }
}

static IValue cloned(const IValue &value) {
  if (value.isTensor()) return value.toTensor().defined() ? IValue(value.toTensor().clone()) : value;
  if (value.isList()) {
    const auto list = value.toList();
    c10::impl::GenericList out(list.elementType());
    out.reserve(list.size());
    for (const IValue &element : value.toListRef()) out.push_back(cloned(element));
    return IValue(std::move(out));
  }
  if (value.isTuple()) {
    std::vector<IValue> elements;
    for (const IValue &element : value.toTupleRef().elements()) elements.push_back(cloned(element));
    const auto tuple_type = value.type()->expect<c10::TupleType>();
    return tuple_type->schema() ? IValue(c10::ivalue::Tuple::createNamed(std::move(elements), tuple_type))
                                : IValue(c10::ivalue::Tuple::create(std::move(elements)));
  }
  if (value.isGenericDict()) {
    const auto dict = value.toGenericDict();
    c10::impl::GenericDict out(dict.keyType(), dict.valueType());
    for (const auto &entry : dict) out.insert(entry.key(), cloned(entry.value()));
    return IValue(std::move(out));
  }
  if (value.isObject() && !value.toObjectRef().type()->is_module()) {
    const auto source = value.toObject();
    const auto slots = source->slots().size();
    auto out = c10::ivalue::Object::create(source->type(), slots);
    for (size_t i = 0; i < slots; ++i) out->setSlot(i, cloned(source->getSlot(i)));
    return IValue(std::move(out));
  }
  return value;
}

static xylem_status value_clone(const xylem_value *value, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] { *out = wrap(cloned(unwrap(*value))); });
}

static xylem_status tensor_set_requires_grad(const xylem_value *value, int32_t requires_grad, xylem_error *error) {
  return guarded(error, [&] {
    const auto t = tensor(value);
    if (!requires_grad && !t.is_leaf()) {
      throw StatusError(XYLEM_INVALID_ARGUMENT,
                        "it was computed from tensors that require gradients; detach() gives one that does not");
    }
    t.set_requires_grad(requires_grad != 0);
  });
}

static xylem_status tensor_backward(const xylem_value *value, const xylem_value *gradient, xylem_error *error) {
  return guarded(error, [&] {
    const auto t = tensor(value);
    t.backward(gradient && gradient->tag == XYLEM_TENSOR ? tensor(gradient) : at::Tensor());
  });
}

static xylem_status tensor_gradient(const xylem_value *value, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    const auto gradient = tensor(value).grad();
    *out = gradient.defined() ? wrap(IValue(gradient)) : xylem_value{XYLEM_NONE, 0, {}};
  });
}

void add_tensors(xylem_tensor_runtime &table) {
  table.tensor_make = tensor_make;
  table.tensor_info = tensor_info;
  add_dlpack(table);
  table.shares_storage = shares_storage;
  table.value_clone = value_clone;
  table.tensor_set_requires_grad = tensor_set_requires_grad;
  table.tensor_backward = tensor_backward;
  table.tensor_gradient = tensor_gradient;
}

}  // namespace xylem
