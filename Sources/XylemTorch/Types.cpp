#include "Values.h"

#include <ATen/core/class_type.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

#include <mutex>

namespace xylem {

size_t field_names(const c10::Type &tuple_type, xylem_text *names, size_t capacity) {
  const auto &schema = tuple_type.expectRef<c10::TupleType>().schema();
  if (!schema) return 0;
  const auto &arguments = schema->arguments();
  for (size_t i = 0; i < arguments.size() && i < capacity; ++i) names[i] = interned(arguments[i].name());
  return arguments.size();
}

static const xylem_type *value_type(const xylem_value *value) {
  // Classes outlive their objects; other types are created each time and kept.
  static std::mutex mutex;
  static auto &kept = *new std::vector<c10::TypePtr>;
  try {
    auto t = unwrap(*value).type();
    if (t->kind() != c10::TypeKind::ClassType) {
      std::lock_guard<std::mutex> lock(mutex);
      for (const auto &k : kept) {
        if (*k == *t) return handle(k.get());
      }
      kept.push_back(t);
    }
    return handle(t.get());
  } catch (...) {
    return nullptr;
  }
}

static xylem_type_kind type_kind(const xylem_type *t) {
  switch (type(t)->kind()) {
    case c10::TypeKind::TensorType: return XYLEM_TYPE_TENSOR;
    case c10::TypeKind::IntType: return XYLEM_TYPE_INT;
    case c10::TypeKind::FloatType: return XYLEM_TYPE_FLOAT;
    case c10::TypeKind::BoolType: return XYLEM_TYPE_BOOL;
    case c10::TypeKind::NumberType: return XYLEM_TYPE_NUMBER;
    case c10::TypeKind::StringType: return XYLEM_TYPE_STRING;
    case c10::TypeKind::NoneType: return XYLEM_TYPE_NONE;
    case c10::TypeKind::OptionalType: return XYLEM_TYPE_OPTIONAL;
    case c10::TypeKind::ListType: return XYLEM_TYPE_LIST;
    case c10::TypeKind::TupleType: return XYLEM_TYPE_TUPLE;
    case c10::TypeKind::DictType: return XYLEM_TYPE_DICT;
    case c10::TypeKind::ClassType:
      return type(t)->expectRef<c10::ClassType>().is_module() ? XYLEM_TYPE_MODULE : XYLEM_TYPE_CLASS;
    case c10::TypeKind::InterfaceType: return XYLEM_TYPE_INTERFACE;
    case c10::TypeKind::FunctionType: return XYLEM_TYPE_FUNCTION;
    case c10::TypeKind::AnyType: return XYLEM_TYPE_ANY;
    default: return XYLEM_TYPE_OTHER;
  }
}

static xylem_text type_name(const xylem_type *t) {
  try {
    return interned(type(t)->annotation_str());
  } catch (...) {
    return {"?", 1};
  }
}

static size_t type_contained(const xylem_type *t, const xylem_type **out, size_t capacity) {
  const auto contained = type(t)->containedTypes();
  for (size_t i = 0; i < contained.size() && i < capacity; ++i) out[i] = handle(contained[i].get());
  return contained.size();
}

static size_t type_field_names(const xylem_type *t, xylem_text *names, size_t capacity) {
  try {
    return type(t)->kind() == c10::TypeKind::TupleType ? field_names(*type(t), names, capacity) : 0;
  } catch (...) {
    return 0;
  }
}

void add_types(xylem_tensor_runtime &table) {
  table.value_type = value_type;
  table.type_kind = type_kind;
  table.type_name = type_name;
  table.type_contained = type_contained;
  table.type_field_names = type_field_names;
}

}  // namespace xylem
