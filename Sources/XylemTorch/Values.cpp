#include "Arguments.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/class_type.h>
#include <ATen/core/enum_type.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/interned_strings.h>
#include <ATen/core/jit_type.h>

#include <mutex>
#include <sstream>
#include <unordered_set>

namespace xylem {

static xylem_value boxed(int32_t tag, IValue value) {
  xylem_value out{tag, 0, {}};
  out.as.object = new IValue(std::move(value));
  return out;
}

static IValue &box(const xylem_value &value) { return *static_cast<IValue *>(value.as.object); }

xylem_value wrap(IValue value) {
  xylem_value out{XYLEM_NONE, 0, {}};
  if (value.isNone()) return out;
  if (value.isTensor()) {
    auto t = std::move(value).toTensor();
    if (!t.defined()) return out;  // What Python calls None.
    out.tag = XYLEM_TENSOR;
    out.as.object = t.unsafeReleaseTensorImpl();
    return out;
  }
  if (value.isBool()) {
    out.tag = XYLEM_BOOL;
    out.as.integer = value.toBool();
    return out;
  }
  if (value.isInt()) {
    out.tag = XYLEM_INT;
    out.as.integer = value.toInt();
    return out;
  }
  if (value.isDouble()) {
    out.tag = XYLEM_DOUBLE;
    out.as.number = value.toDouble();
    return out;
  }
  if (value.isString()) return boxed(XYLEM_STRING, std::move(value));
  if (value.isComplexDouble()) return boxed(XYLEM_COMPLEX, std::move(value));
  if (value.isDevice()) return boxed(XYLEM_DEVICE, std::move(value));
  if (value.isList()) return boxed(XYLEM_LIST, std::move(value));
  if (value.isTuple()) return boxed(XYLEM_TUPLE, std::move(value));
  if (value.isGenericDict()) return boxed(XYLEM_DICT, std::move(value));
  if (value.isObject()) {
    const int32_t tag = value.toObjectRef().type()->is_module() ? XYLEM_MODULE : XYLEM_OBJECT;
    return boxed(tag, std::move(value));
  }
  if (value.isEnum()) return boxed(XYLEM_ENUM, std::move(value));
  const auto tag = value.tagKind() == "Uninitialized" ? XYLEM_UNINITIALIZED : XYLEM_OTHER;
  return boxed(tag, std::move(value));
}

static at::Tensor borrowed(const xylem_value &value) {
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(
      static_cast<c10::TensorImpl *>(value.as.object)));
}

IValue unwrap(const xylem_value &value) {
  switch (value.tag) {
    case XYLEM_NONE: return IValue();
    case XYLEM_BOOL: return IValue(value.as.integer != 0);
    case XYLEM_INT: return IValue(static_cast<int64_t>(value.as.integer));
    case XYLEM_DOUBLE: return IValue(value.as.number);
    case XYLEM_TENSOR: return IValue(borrowed(value));
    default: return box(value);
  }
}

at::Tensor tensor(const xylem_value *value) {
  if (!value || value->tag != XYLEM_TENSOR) throw StatusError(XYLEM_INVALID_ARGUMENT, "the value is not a tensor");
  return borrowed(*value);
}

c10::intrusive_ptr<c10::ivalue::Object> object(const xylem_value *value) {
  if (!value || (value->tag != XYLEM_MODULE && value->tag != XYLEM_OBJECT)) {
    throw StatusError(XYLEM_INVALID_ARGUMENT, "the value is not an object");
  }
  return box(*value).toObject();
}

void take(std::vector<IValue> &stack, xylem_value *results, size_t capacity, size_t *count) {
  if (stack.size() > capacity) throw StatusError(XYLEM_FAILED, "more results than there is room for");
  for (size_t i = 0; i < stack.size(); ++i) results[i] = wrap(std::move(stack[i]));
  *count = stack.size();
  stack.clear();
}

xylem_text interned(const std::string &s) {
  static std::mutex mutex;
  static auto &strings = *new std::unordered_set<std::string>;
  std::lock_guard<std::mutex> lock(mutex);
  return text(*strings.insert(s).first);
}

static void value_release(xylem_value *value) {
  if (value->tag == XYLEM_TENSOR) {
    c10::raw::intrusive_ptr::decref(static_cast<c10::TensorImpl *>(value->as.object));
  } else if (value->tag > XYLEM_TENSOR) {
    delete &box(*value);
  }
  *value = xylem_value{XYLEM_NONE, 0, {}};
}

static void value_copy(const xylem_value *value, xylem_value *out) {
  if (value->tag < XYLEM_TENSOR) {
    *out = *value;
  } else if (value->tag == XYLEM_TENSOR) {
    c10::raw::intrusive_ptr::incref(static_cast<c10::TensorImpl *>(value->as.object));
    *out = *value;
  } else {
    *out = boxed(value->tag, box(*value));
  }
}

static xylem_status string_make(xylem_text s, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] { *out = wrap(IValue(string(s))); });
}

static xylem_status string_text(const xylem_value *value, xylem_text *out, xylem_error *error) {
  return guarded(error, [&] {
    if (value->tag != XYLEM_STRING) throw StatusError(XYLEM_INVALID_ARGUMENT, "the value is not a string");
    *out = text(box(*value).toStringRef());
  });
}

static xylem_status complex_make(double real, double imaginary, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] { *out = wrap(IValue(c10::complex<double>(real, imaginary))); });
}

static xylem_status complex_parts(const xylem_value *value, double *real, double *imaginary, xylem_error *error) {
  return guarded(error, [&] {
    if (value->tag != XYLEM_COMPLEX) throw StatusError(XYLEM_INVALID_ARGUMENT, "the value is not a complex number");
    const auto number = box(*value).toComplexDouble();
    *real = number.real();
    *imaginary = number.imag();
  });
}

static xylem_status device_make(xylem_text s, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] { *out = wrap(IValue(c10::Device(string(s)))); });
}

static xylem_status describe(const xylem_value *value, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    std::ostringstream stream;
    const IValue v = unwrap(*value);
    if (v.isTensor()) {
      stream << "Tensor of " << v.toTensor().dtype() << ' ' << v.toTensor().sizes();
    } else if (v.isObject()) {
      stream << v.type()->annotation_str();
    } else if (v.isDevice()) {
      stream << v.toDevice().str();
    } else if (v.isEnum()) {
      stream << v.type()->annotation_str() << '.' << v.toEnumHolder()->name();
    } else {
      v.repr(stream, [](std::ostream &os, const IValue &inner) {
        if (!inner.isTensor() && !inner.isObject()) return false;
        os << inner.type()->annotation_str();
        return true;
      });
    }
    *out = wrap(IValue(stream.str()));
  });
}

/// The declared element type if it is specific, otherwise the elements' own, or any type if they differ.
static c10::TypePtr element_type(const c10::Type *declared, size_t position, const std::vector<IValue> &elements,
                                 size_t step) {
  if (declared) {
    auto contained = declared->containedTypes();
    if (position < contained.size() && !contained[position]->hasFreeVariables()) return contained[position];
  }
  c10::TypePtr common;
  for (size_t i = position; i < elements.size(); i += step) {
    const auto found = elements[i].type();
    if (!common || common->isSubtypeOf(*found)) {
      common = found;
    } else if (!found->isSubtypeOf(*common)) {
      const auto unified = c10::unifyTypes(common, found);
      if (!unified) return c10::AnyType::get();
      common = *unified;
    }
  }
  return common ? common : c10::TensorType::get();
}

static const c10::Type *container_type(const c10::Type *declared, c10::TypeKind kind) {
  while (declared && declared->kind() == c10::TypeKind::OptionalType) {
    declared = declared->containedTypes()[0].get();
  }
  return declared && declared->kind() == kind ? declared : nullptr;
}

static c10::TupleTypePtr shared_tuple_type(const c10::Type &t) {
  const auto shared = t.expectRef<c10::TupleType>().shared_from_this();
  return std::static_pointer_cast<c10::TupleType>(std::const_pointer_cast<c10::SharedType>(shared));
}

static void check_key(const c10::Type &key) {
  switch (key.kind()) {
    case c10::TypeKind::StringType:
    case c10::TypeKind::IntType:
    case c10::TypeKind::BoolType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::ComplexType:
    case c10::TypeKind::DeviceObjType:
    case c10::TypeKind::TensorType: return;
    default: throw StatusError(XYLEM_INVALID_ARGUMENT, "a dictionary can't have keys of type " + key.annotation_str());
  }
}

static IValue make_container(int32_t tag, const c10::Type *declared, std::vector<IValue> elements) {
  switch (tag) {
    case XYLEM_LIST: {
      const auto element = element_type(container_type(declared, c10::TypeKind::ListType), 0, elements, 1);
      c10::impl::GenericList list(element);
      list.reserve(elements.size());
      for (auto &value : elements) list.push_back(conform(std::move(value), *element, "a list's element"));
      return IValue(std::move(list));
    }
    case XYLEM_TUPLE: {
      const auto *tuple_type = container_type(declared, c10::TypeKind::TupleType);
      if (tuple_type && tuple_type->expectRef<c10::TupleType>().schema()) {
        const auto wanted = tuple_type->containedTypes();
        if (wanted.size() != elements.size()) throw StatusError(XYLEM_INVALID_ARGUMENT, "the tuple has another size");
        for (size_t i = 0; i < wanted.size(); ++i) {
          elements[i] = conform(std::move(elements[i]), *wanted[i], "a tuple's element");
        }
        return IValue(c10::ivalue::Tuple::createNamed(std::move(elements), shared_tuple_type(*tuple_type)));
      }
      return IValue(c10::ivalue::Tuple::create(std::move(elements)));
    }
    case XYLEM_DICT: {
      const auto *dict_type = container_type(declared, c10::TypeKind::DictType);
      if (elements.size() % 2 != 0) throw StatusError(XYLEM_INVALID_ARGUMENT, "a key has no value");
      const bool says_nothing = elements.empty() && !dict_type;
      const auto key = says_nothing ? c10::StringType::get() : element_type(dict_type, 0, elements, 2);
      const auto value = element_type(dict_type, 1, elements, 2);
      check_key(*key);
      c10::impl::GenericDict dict(key, value);
      for (size_t i = 0; i < elements.size(); i += 2) {
        dict.insert_or_assign(conform(elements[i], *key, "a dictionary's key"),
                              conform(elements[i + 1], *value, "a dictionary's value"));
      }
      return IValue(std::move(dict));
    }
    default: throw StatusError(XYLEM_INVALID_ARGUMENT, "the tag is not a container's");
  }
}

static xylem_status container_make(int32_t tag, const xylem_type *declared, const xylem_value *elements, size_t count,
                                   xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    std::vector<IValue> values;
    values.reserve(count);
    for (size_t i = 0; i < count; ++i) values.push_back(unwrap(elements[i]));
    *out = wrap(make_container(tag, type(declared), std::move(values)));
  });
}

static xylem_status container_count(const xylem_value *value, size_t *out, xylem_error *error) {
  return guarded(error, [&] {
    switch (value->tag) {
      case XYLEM_LIST: *out = box(*value).toList().size(); return;
      case XYLEM_TUPLE: *out = box(*value).toTupleRef().size(); return;
      case XYLEM_DICT: *out = 2 * box(*value).toGenericDict().size(); return;
      default: throw StatusError(XYLEM_INVALID_ARGUMENT, "the value is not a container");
    }
  });
}

static xylem_status container_element(const xylem_value *value, size_t index, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    size_t count = 0;
    if (container_count(value, &count, nullptr) != XYLEM_OK || index >= count) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the container has no such element");
    }
    switch (value->tag) {
      case XYLEM_LIST: *out = wrap(box(*value).toList().get(index)); return;
      case XYLEM_TUPLE: *out = wrap(box(*value).toTupleRef().elements()[index]); return;
      default: {
        auto dict = box(*value).toGenericDict();
        auto entry = dict.begin();
        for (size_t i = 0; i < index / 2; ++i) ++entry;
        *out = wrap(index % 2 == 0 ? entry->key() : entry->value());
      }
    }
  });
}

static xylem_status container_elements(const xylem_value *value, xylem_value *out, size_t capacity, xylem_error *error) {
  return guarded(error, [&] {
    size_t count = 0;
    if (container_count(value, &count, nullptr) != XYLEM_OK || count > capacity) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "there is no room for the container's elements");
    }
    size_t made = 0;
    switch (value->tag) {
      case XYLEM_LIST:
        for (const IValue &element : box(*value).toListRef()) out[made++] = wrap(element);
        return;
      case XYLEM_TUPLE:
        for (const IValue &element : box(*value).toTupleRef().elements()) out[made++] = wrap(element);
        return;
      default:
        for (const auto &entry : box(*value).toGenericDict()) {
          out[made++] = wrap(entry.key());
          out[made++] = wrap(entry.value());
        }
    }
  });
}

static size_t tuple_names(const xylem_value *value, xylem_text *names, size_t capacity) {
  if (value->tag != XYLEM_TUPLE) return 0;
  try {
    return field_names(*box(*value).type(), names, capacity);
  } catch (...) {
    // A named tuple has its own type. For other tuples the type is built from the elements, which fails for undefined
    // tensors.
    return 0;
  }
}

static int32_t value_is_same(const xylem_value *a, const xylem_value *b) {
  try {
    return unwrap(*a).is(unwrap(*b));
  } catch (...) {
    return 0;
  }
}

void add_values(xylem_tensor_runtime &table) {
  add_types(table);
  table.value_copy = value_copy;
  table.value_release = value_release;
  table.string_make = string_make;
  table.string_text = string_text;
  table.complex_make = complex_make;
  table.complex_parts = complex_parts;
  table.device_make = device_make;
  table.describe = describe;
  table.container_make = container_make;
  table.container_count = container_count;
  table.container_element = container_element;
  table.container_elements = container_elements;
  table.tuple_names = tuple_names;
  table.value_is_same = value_is_same;
}

}  // namespace xylem
