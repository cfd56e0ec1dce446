#include "Operators.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/enum_tag.h>

#include <mutex>
#include <unordered_map>

namespace xylem {

static bool may_hold_storage(const c10::Type &t) {
  switch (t.kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::BoolType:
    case c10::TypeKind::NumberType:
    case c10::TypeKind::ComplexType:
    case c10::TypeKind::StringType:
    case c10::TypeKind::NoneType:
    case c10::TypeKind::DeviceObjType:
    case c10::TypeKind::GeneratorType:
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::SymFloatType:
    case c10::TypeKind::SymBoolType:
    case c10::TypeKind::FunctionType:
    case c10::TypeKind::EnumType: return false;
    case c10::TypeKind::ListType:
    case c10::TypeKind::OptionalType:
    case c10::TypeKind::TupleType:
    case c10::TypeKind::DictType:
      for (const auto &inner : t.containedTypes()) {
        if (may_hold_storage(*inner)) return true;
      }
      return false;
    default: return true;
  }
}

Schema::Schema(const c10::FunctionSchema &source) {
  schema.name = interned(source.name());
  schema.overload = interned(source.overload_name());
  schema.result_count = source.returns().size();
  schema.is_known = !source.is_vararg() && !source.is_varret() && source.arguments().size() <= 64;
  bool result_annotated = false;
  for (const auto &result : source.returns()) result_annotated = result_annotated || result.alias_info() != nullptr;
  for (size_t i = 0; i < source.arguments().size(); ++i) {
    const auto &argument = source.arguments()[i];
    xylem_schema_argument out{};
    out.name = interned(argument.name());
    out.type = handle(argument.type().get());
    const auto *alias = argument.alias_info();
    out.is_written = alias && alias->isWrite();
    if (argument.default_value()) {
      out.has_default = 1;
      out.default_value = wrap(*argument.default_value());
    }
    arguments.push_back(out);
    if (i < 64 && alias && result_annotated) schema.aliases |= uint64_t{1} << i;
  }
  schema.arguments = arguments.data();
  schema.argument_count = arguments.size();
}

/// Whether the operator is written in terms of others, so that its schema need not tell that it may return its input.
static bool is_composite(const c10::FunctionSchema &schema) {
  const auto found = c10::Dispatcher::singleton().findOp({schema.name(), schema.overload_name()});
  return found && found->hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd);
}

Operator::Operator(std::shared_ptr<torch::jit::Operator> source)
    : op(std::move(source)), operation(op->getOperation()), schema(op->schema()) {
  const auto &declared = op->schema();
  if (const auto found = c10::Dispatcher::singleton().findOp({declared.name(), declared.overload_name()})) {
    schema.schema.is_random = found->hasTag(at::Tag::nondeterministic_seeded);
  }
  if (is_composite(declared)) {
    bool result_holds = false;
    for (const auto &result : declared.returns()) result_holds = result_holds || may_hold_storage(*result.type());
    for (size_t i = 0; result_holds && i < declared.arguments().size() && i < 64; ++i) {
      if (may_hold_storage(*declared.arguments()[i].type())) schema.schema.aliases |= uint64_t{1} << i;
    }
  }
}

const Operator *interned(const std::shared_ptr<torch::jit::Operator> &source) {
  static std::mutex mutex;
  static auto &operators = *new std::unordered_map<const torch::jit::Operator *, std::unique_ptr<Operator>>;
  std::lock_guard<std::mutex> lock(mutex);
  auto &slot = operators[source.get()];
  if (!slot) slot = std::make_unique<Operator>(source);
  return slot.get();
}

const Operator *of(const torch::jit::Node *node) {
  const auto *found = node->maybeOperator();
  if (!found) return nullptr;
  for (const auto &candidate : torch::jit::getAllOperatorsFor(node->kind())) {
    if (candidate.get() == found) return interned(candidate);
  }
  return nullptr;
}

static xylem_status operator_find(xylem_text name, xylem_text overload, const xylem_operator **out,
                                  xylem_error *error) {
  return guarded(error, [&] {
    const auto wanted = string(name);
    const auto variant = string(overload);
    if (wanted.find("::") == std::string::npos) {
      throw StatusError(XYLEM_UNKNOWN_OPERATOR, "an operator's name has the form namespace::name");
    }
    for (const auto &candidate : torch::jit::getAllOperatorsFor(c10::Symbol::fromQualString(wanted))) {
      if (candidate->schema().overload_name() == variant) {
        *out = handle(interned(candidate));
        return;
      }
    }
    throw StatusError(XYLEM_UNKNOWN_OPERATOR, "no operator " + wanted + (variant.empty() ? "" : "." + variant));
  });
}

static xylem_status operator_schema(const xylem_operator *source, const xylem_schema **out, xylem_error *error) {
  return guarded(error, [&] { *out = &op(source)->schema.schema; });
}

static xylem_status operator_call(const xylem_operator *source, const xylem_value *arguments, size_t count,
                                  xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error) {
  return guarded(error, [&] {
    const auto *target = op(source);
    const auto expected = target->schema.schema.argument_count;
    std::vector<IValue> stack;
    stack.reserve(std::max(count, expected));
    for (size_t i = 0; i < count; ++i) stack.push_back(unwrap(arguments[i]));
    if (target->schema.schema.is_known) {
      if (count > expected) throw StatusError(XYLEM_INVALID_ARGUMENT, "too many arguments");
      for (size_t i = count; i < expected; ++i) {
        const auto &argument = target->schema.arguments[i];
        if (!argument.has_default) {
          throw StatusError(XYLEM_INVALID_ARGUMENT, "the argument '" + string(argument.name) + "' is missing");
        }
        stack.push_back(unwrap(argument.default_value));
      }
      const auto &declared = target->op->schema().arguments();
      for (size_t i = 0; i < stack.size(); ++i) {
        // A kernel trusts its arguments' types; what comes from outside is checked here.
        if (!stack[i].isTensor() && declared[i].type()->kind() == c10::TypeKind::TensorType) {
          throw StatusError(XYLEM_INVALID_ARGUMENT,
                            "the argument '" + declared[i].name() + "' must be a tensor, not " + stack[i].tagKind());
        }
      }
    } else {
      stack.push_back(IValue(static_cast<int64_t>(count)));
    }
    target->operation(stack);
    take(stack, results, capacity, result_count);
  });
}

void register_missing(const std::string &name) {
  torch::jit::registerOperator(torch::jit::Operator(
      name + "(...) -> Tensor",
      torch::jit::Operation([name](torch::jit::Stack &) {
        throw StatusError(XYLEM_MISSING_KERNEL, "the operator " + name + " is not registered in this process");
      }),
      c10::AliasAnalysisKind::CONSERVATIVE));
}

void add_operators(xylem_tensor_runtime &table) {
  table.operator_find = operator_find;
  table.operator_schema = operator_schema;
  table.operator_call = operator_call;
}

}  // namespace xylem
