#include "Arguments.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/class_type.h>
#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/ScalarType.h>

#include <algorithm>

namespace xylem {

using c10::TypeKind;

static const c10::Type &inner(const c10::Type &t, size_t position = 0) { return *t.containedTypes()[position]; }

static bool is_object_of(const IValue &value, const c10::Type &declared) {
  return value.isObject() && value.toObjectRef().type()->isSubtypeOf(declared);
}

static bool is_list_of(const IValue &value, const c10::Type &declared) {
  if (!value.isList()) return false;
  const auto &wanted = inner(declared);
  if (wanted.kind() == TypeKind::VarType || wanted.kind() == TypeKind::AnyType) return true;
  const auto found = value.toList().elementType();
  return *found == wanted || (found->kind() == TypeKind::TensorType && wanted.kind() == TypeKind::TensorType);
}

static bool is_dict_of(const IValue &value, const c10::Type &declared) {
  if (!value.isGenericDict()) return false;
  const auto dict = value.toGenericDict();
  const auto matches = [](const c10::Type &wanted, const c10::Type &found) {
    return wanted.kind() == TypeKind::VarType || wanted.kind() == TypeKind::AnyType || found == wanted;
  };
  return matches(inner(declared, 0), *dict.keyType()) && matches(inner(declared, 1), *dict.valueType());
}

static bool is_tuple_of(const IValue &value, const c10::Type &declared) {
  if (!value.isTuple()) return false;
  const auto &elements = value.toTupleRef().elements();
  const auto wanted = declared.containedTypes();
  if (elements.size() != wanted.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!fits(elements[i], *wanted[i])) return false;
  }
  return true;
}

bool fits(const IValue &value, const c10::Type &declared) {
  switch (declared.kind()) {
    case TypeKind::AnyType:
    case TypeKind::VarType: return true;
    case TypeKind::TensorType: return value.isTensor();
    case TypeKind::IntType:
    case TypeKind::SymIntType:
    case TypeKind::LayoutType:
    case TypeKind::ScalarTypeType:
    case TypeKind::MemoryFormatType: return value.isInt();
    case TypeKind::FloatType:
    case TypeKind::SymFloatType: return value.isDouble();
    case TypeKind::BoolType:
    case TypeKind::SymBoolType: return value.isBool();
    case TypeKind::NumberType: return value.isScalar();
    case TypeKind::ComplexType: return value.isComplexDouble();
    case TypeKind::StringType: return value.isString();
    case TypeKind::NoneType: return value.isNone();
    case TypeKind::DeviceObjType: return value.isDevice();
    case TypeKind::GeneratorType: return value.isGenerator();
    case TypeKind::StreamObjType: return value.isStream();
    case TypeKind::StorageType: return value.isStorage();
    case TypeKind::QSchemeType: return value.isInt();
    case TypeKind::OptionalType: return value.isNone() || fits(value, inner(declared));
    case TypeKind::ListType: return is_list_of(value, declared);
    case TypeKind::DictType: return is_dict_of(value, declared);
    case TypeKind::TupleType: return is_tuple_of(value, declared);
    case TypeKind::ClassType:
    case TypeKind::InterfaceType: return is_object_of(value, declared);
    case TypeKind::AnyListType: return value.isList();
    case TypeKind::AnyTupleType: return value.isTuple();
    case TypeKind::UnionType: {
      const auto members = declared.containedTypes();
      return std::any_of(members.begin(), members.end(), [&](const c10::TypePtr &m) { return fits(value, *m); });
    }
    default: return value.type()->isSubtypeOf(declared);
  }
}

static void refuse(const IValue &value, const c10::Type &declared, const std::string &what) {
  const auto found = value.isNone() ? "None" : value.type()->annotation_str();
  throw StatusError(XYLEM_INVALID_ARGUMENT, what + " must be of type " + declared.annotation_str() + ", not " + found);
}

static IValue list_of(const IValue &value, const c10::Type &declared, const std::string &what) {
  const auto element = declared.containedTypes()[0];
  c10::impl::GenericList out(element);
  const auto source = value.toListRef();
  out.reserve(source.size());
  for (const IValue &item : source) out.push_back(conform(item, *element, what + "'s element"));
  return IValue(std::move(out));
}

static IValue dict_of(const IValue &value, const c10::Type &declared, const std::string &what) {
  const auto contained = declared.containedTypes();
  c10::impl::GenericDict out(contained[0], contained[1]);
  for (const auto &entry : value.toGenericDict()) {
    out.insert_or_assign(conform(entry.key(), *contained[0], what + "'s key"),
                         conform(entry.value(), *contained[1], what + "'s value"));
  }
  return IValue(std::move(out));
}

static IValue tuple_of(const IValue &value, const c10::Type &declared, const std::string &what) {
  const auto wanted = declared.containedTypes();
  const auto &elements = value.toTupleRef().elements();
  if (elements.size() != wanted.size()) refuse(value, declared, what);
  std::vector<IValue> out;
  for (size_t i = 0; i < wanted.size(); ++i) out.push_back(conform(elements[i], *wanted[i], what + "'s element"));
  return IValue(c10::ivalue::Tuple::create(std::move(out)));
}

IValue conform(IValue value, const c10::Type &declared, const std::string &what) {
  if (fits(value, declared)) return value;
  switch (declared.kind()) {
    case TypeKind::OptionalType: return conform(std::move(value), inner(declared), what);
    case TypeKind::FloatType:
      if (value.isInt()) return IValue(static_cast<double>(value.toInt()));
      break;
    case TypeKind::ListType:
      if (value.isList()) return list_of(value, declared, what);
      break;
    case TypeKind::DictType:
      if (value.isGenericDict()) return dict_of(value, declared, what);
      break;
    case TypeKind::TupleType:
      if (value.isTuple()) return tuple_of(value, declared, what);
      break;
    default: break;
  }
  refuse(value, declared, what);
  return value;
}

/// Integers that stand for an enumeration are used as table indices.
static int64_t limit_of(const c10::Argument &argument) {
  const auto *declared = argument.real_type().get();
  if (declared->kind() == TypeKind::OptionalType) declared = &inner(*declared);
  const auto &name = argument.name();
  switch (declared->kind()) {
    case TypeKind::ScalarTypeType: return static_cast<int64_t>(c10::ScalarType::NumOptions);
    case TypeKind::LayoutType: return static_cast<int64_t>(c10::Layout::NumOptions);
    case TypeKind::MemoryFormatType: return static_cast<int64_t>(c10::MemoryFormat::NumOptions);
    case TypeKind::IntType:
      if (name == "dtype") return static_cast<int64_t>(c10::ScalarType::NumOptions);
      if (name == "layout") return static_cast<int64_t>(c10::Layout::NumOptions);
      if (name == "memory_format") return static_cast<int64_t>(c10::MemoryFormat::NumOptions);
      return 0;
    default: return 0;
  }
}

std::vector<Expectation> expectations(const c10::FunctionSchema &schema) {
  std::vector<Expectation> out;
  for (const auto &argument : schema.arguments()) {
    const auto *declared = argument.type().get();
    Expectation e{declared, declared->kind(), false, declared->hasFreeVariables(), limit_of(argument)};
    if (e.kind == TypeKind::OptionalType) {
      e.optional = true;
      e.kind = inner(*declared).kind();
    }
    out.push_back(e);
  }
  return out;
}

/// The most common cases, without an allocation.
static bool fits_plainly(const IValue &value, const Expectation &expected) {
  if (expected.optional && value.isNone()) return true;
  switch (expected.kind) {
    case TypeKind::TensorType: return value.isTensor();
    case TypeKind::IntType:
      if (!value.isInt()) return false;
      if (expected.limit && (value.toInt() < 0 || value.toInt() >= expected.limit)) {
        throw StatusError(XYLEM_INVALID_ARGUMENT, "the number " + std::to_string(value.toInt()) +
                                                      " stands for no dtype, layout or memory format");
      }
      return true;
    case TypeKind::FloatType: return value.isDouble();
    case TypeKind::BoolType: return value.isBool();
    case TypeKind::NumberType: return value.isScalar();
    default: return false;
  }
}

/// Checks arguments declared with type variables: all uses of one variable must have the same type.
static void check_variables(const c10::FunctionSchema &schema, const std::vector<Expectation> &expected,
                            std::vector<IValue> &stack) {
  c10::TypeEnv bound;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!expected[i].has_variables) continue;
    const auto &argument = schema.arguments()[i];
    const auto what = "the argument '" + argument.name() + "'";
    if (argument.type()->kind() == TypeKind::VarType) {
      const auto known = bound.find(argument.type()->expectRef<c10::VarType>().name());
      if (known != bound.end()) {
        stack[i] = conform(std::move(stack[i]), *known->second, what);
        continue;
      }
    }
    const auto match = c10::matchTypeVariables(argument.type(), stack[i].type(), bound);
    if (!match.success()) refuse(stack[i], *argument.type(), what);
  }
}

void check_arguments(const c10::FunctionSchema &schema, const std::vector<Expectation> &expected,
                     std::vector<IValue> &stack) {
  bool has_variables = false;
  for (size_t i = 0; i < expected.size(); ++i) {
    has_variables = has_variables || expected[i].has_variables;
    if (fits_plainly(stack[i], expected[i]) || expected[i].has_variables) continue;
    stack[i] = conform(std::move(stack[i]), *expected[i].type, "the argument '" + schema.arguments()[i].name() + "'");
  }
  if (has_variables) check_variables(schema, expected, stack);
}

}  // namespace xylem
