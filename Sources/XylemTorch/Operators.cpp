#include "Operators.h"
#include "Outside.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/enum_tag.h>

#include <algorithm>
#include <mutex>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

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

static bool writes_within(const c10::AliasInfo &alias) {
  const auto &inner = alias.containedTypes();
  return std::any_of(inner.begin(), inner.end(), [](const auto &a) { return a.isWrite() || writes_within(a); });
}

static bool is_wildcard(const c10::AliasInfo &alias) {
  const auto &inner = alias.containedTypes();
  return alias.isWildcardAfter() || alias.isWildcardBefore() || std::any_of(inner.begin(), inner.end(), is_wildcard);
}

Schema::Schema(const c10::FunctionSchema &source) {
  schema.name = interned(source.name());
  schema.overload = interned(source.overload_name());
  schema.result_count = source.returns().size();
  schema.is_known = !source.is_vararg() && !source.is_varret() && source.arguments().size() <= 64;
  schema.random_where = -1;
  schema.reaches_outside = reaches_outside(source.name());
  bool result_annotated = false;
  bool result_anywhere = false;
  for (const auto &result : source.returns()) {
    if (!result.alias_info()) continue;
    result_annotated = true;
    result_anywhere = result_anywhere || is_wildcard(*result.alias_info());
  }
  for (size_t i = 0; i < source.arguments().size(); ++i) {
    const auto &argument = source.arguments()[i];
    xylem_schema_argument out{};
    out.name = interned(argument.name());
    out.type = handle(argument.type().get());
    const auto *alias = argument.alias_info();
    const bool within = alias && writes_within(*alias);
    out.is_written = (alias && alias->isWrite()) || within;
    out.written_where = -1;
    out.list_size = argument.N().value_or(0);
    if (argument.default_value()) {
      out.has_default = 1;
      out.default_value = wrap(*argument.default_value());
    }
    arguments.push_back(out);
    writes_elements.push_back(within);
    const bool may_share = (alias && result_annotated) || (result_anywhere && may_hold_storage(*argument.type()));
    if (i < 64 && may_share) schema.aliases |= uint64_t{1} << i;
  }
  schema.arguments = arguments.data();
  schema.argument_count = arguments.size();
}

/// Marks every result as sharing with every argument, if both may hold storage.
static void add_aliases(const c10::FunctionSchema &declared, xylem_schema &out) {
  const auto &results = declared.returns();
  if (std::none_of(results.begin(), results.end(), [](const auto &r) { return may_hold_storage(*r.type()); })) return;
  for (size_t i = 0; i < declared.arguments().size() && i < 64; ++i) {
    if (may_hold_storage(*declared.arguments()[i].type())) out.aliases |= uint64_t{1} << i;
  }
}

/// Operators that return their arguments or views of them and whose schemas don't declare it.
static bool returns_views(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "aten::lift",         "aten::set",           "aten::unsafe_split", "aten::unsafe_split_with_sizes",
      "aten::unsafe_chunk", "aten::_pack_sequence", "aten::dequantize"};
  return names.count(name) != 0;
}

/// Composite operators whose results never share storage.
static bool gives_fresh_results(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "aten::adaptive_avg_pool1d", "aten::adaptive_avg_pool2d", "aten::adaptive_avg_pool3d", "aten::avg_pool1d",
      "aten::batch_norm",          "aten::bilinear",            "aten::conv1d",              "aten::conv2d",
      "aten::conv3d",              "aten::conv_transpose1d",    "aten::conv_transpose2d",    "aten::conv_transpose3d",
      "aten::cross_entropy_loss",  "aten::divide",              "aten::group_norm",          "aten::instance_norm",
      "aten::isfinite",            "aten::layer_norm",          "aten::linear",              "aten::log_sigmoid",
      "aten::log_softmax",         "aten::matmul",              "aten::max_pool1d",          "aten::max_pool2d",
      "aten::max_pool3d",          "aten::multiply",            "aten::one_hot",             "aten::prelu",
      "aten::relu6",               "aten::selu",                "aten::softmax",             "aten::square",
      "aten::subtract",            "aten::true_divide",         "aten::upsample_bicubic2d",  "aten::upsample_bilinear2d",
      "aten::upsample_linear1d",   "aten::upsample_nearest1d",  "aten::upsample_nearest2d",  "aten::upsample_nearest3d",
      "aten::upsample_trilinear3d", "aten::where",              "aten::scaled_dot_product_attention"};
  return names.count(name) != 0;
}

/// `name_`, but not `__name__`.
static bool is_in_place(const std::string &name) {
  return name.size() > 2 && name.back() == '_' && name[name.size() - 2] != '_';
}

/// The position of an argument that disables an effect if it is false or 0, or -1.
static int32_t position(const c10::FunctionSchema &declared, std::initializer_list<const char *> names) {
  for (size_t i = 0; i < declared.arguments().size(); ++i) {
    const auto &argument = declared.arguments()[i];
    const auto kind = argument.type()->kind();
    if (kind != c10::TypeKind::BoolType && kind != c10::TypeKind::FloatType) continue;
    for (const char *name : names) {
      if (argument.name() == name) return static_cast<int32_t>(i);
    }
  }
  return -1;
}

/// Operators that update running statistics and whose schemas don't declare it.
static bool updates_statistics(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "aten::batch_norm",          "aten::native_batch_norm", "aten::instance_norm",
      "aten::cudnn_batch_norm",    "aten::miopen_batch_norm", "aten::_batch_norm_impl_index",
      "aten::batch_norm_update_stats", "aten::batch_norm_gather_stats", "aten::batch_norm_gather_stats_with_counts"};
  return names.count(name) != 0;
}

/// Operators of the runtime's language only that draw from the random state or set it.
static bool is_random_by_name(const std::string &name) {
  return name == "aten::manual_seed" || name == "aten::seed" || name == "aten::_no_grad_uniform_" ||
         name == "aten::_no_grad_normal_";
}

/// Whether a schema is complete. Operators registered without one can't be trusted, except for the runtime's own
/// operators that read or set the thread's context.
static bool tells_effects(const torch::jit::Operator &op) {
  static const std::unordered_set<std::string> contexts = {
      "aten::set_grad_enabled",   "aten::is_grad_enabled",       "aten::is_autocast_enabled",
      "aten::get_autocast_dtype", "aten::is_autocast_cpu_enabled", "aten::_get_cpu_capability"};
  return op.aliasAnalysisKind() != c10::AliasAnalysisKind::CONSERVATIVE || contexts.count(op.schema().name());
}

/// The effects of an operator. One that was created for its position in the code has no meaning elsewhere.
static torch::jit::Operation operation_of(const torch::jit::Operator &op) {
  if (op.hasOperation()) return op.getOperation();
  return [name = op.schema().name()](torch::jit::Stack &) {
    throw StatusError(XYLEM_FAILED, "the operator " + name + " works only in the code that it is part of");
  };
}

Operator::Operator(std::shared_ptr<torch::jit::Operator> source)
    : op(std::move(source)),
      operation(operation_of(*op)),
      schema(op->schema()),
      expected(expectations(op->schema())),
      divides(xylem::divides(op->schema())) {
  const auto &declared = op->schema();
  auto &out = schema.schema;
  out.is_known = out.is_known && tells_effects(*op);
  if (const auto found = c10::Dispatcher::singleton().findOp({declared.name(), declared.overload_name()})) {
    out.is_random = found->hasTag(at::Tag::nondeterministic_seeded);
    // A composite operator, whose schema need not declare that it may return its input.
    const bool composite = found->hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd);
    const bool may_return_input = composite && !gives_fresh_results(declared.name());
    if (may_return_input || returns_views(declared.name())) add_aliases(declared, out);
  } else if (!is_upgraded(declared)) {
    // The language's own schemas may be incomplete.
    add_aliases(declared, out);
    if (is_in_place(declared.name()) && !schema.arguments.empty()) schema.arguments[0].is_written = 1;
  }
  if (is_random_by_name(declared.name())) out.is_random = 1;
  if (out.is_random) out.random_where = position(declared, {"train", "training", "dropout_p"});
  if (updates_statistics(declared.name())) {
    const auto where = position(declared, {"training", "use_input_stats"});
    for (size_t i = 0; i < schema.arguments.size(); ++i) {
      const auto name = string(schema.arguments[i].name);
      if (name != "running_mean" && name != "running_var") continue;
      schema.arguments[i].is_written = 1;
      schema.arguments[i].written_where = where;
    }
  }
}

static std::mutex &operators_mutex() {
  static auto &mutex = *new std::mutex;
  return mutex;
}
static auto &operators() {
  static auto &known = *new std::unordered_map<const torch::jit::Operator *, std::unique_ptr<Operator>>;
  return known;
}

static const Operator *known_operator(const torch::jit::Operator *source) {
  std::lock_guard<std::mutex> lock(operators_mutex());
  const auto found = operators().find(source);
  return found == operators().end() ? nullptr : found->second.get();
}

const Operator *interned(const std::shared_ptr<torch::jit::Operator> &source) {
  if (const auto *known = known_operator(source.get())) return known;
  auto fresh = std::make_unique<Operator>(source);
  std::lock_guard<std::mutex> lock(operators_mutex());
  auto &slot = operators()[source.get()];
  if (!slot) slot = std::move(fresh);
  return slot.get();
}

const Operator *of(const torch::jit::Node *node) {
  const auto *found = node->maybeOperator();
  if (!found) return nullptr;
  if (const auto *known = known_operator(found)) return known;
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

static size_t operator_overloads(xylem_text name, const xylem_operator **out, size_t capacity) {
  try {
    const auto wanted = string(name);
    if (wanted.find("::") == std::string::npos) return 0;
    const auto found = torch::jit::getAllSortedOperatorsFor(c10::Symbol::fromQualString(wanted));
    for (size_t i = 0; i < found.size() && i < capacity; ++i) out[i] = handle(interned(found[i]));
    return found.size();
  } catch (...) {
    return 0;
  }
}

static xylem_text operator_text(const xylem_operator *source) {
  try {
    std::ostringstream out;
    out << op(source)->op->schema();
    return interned(out.str());
  } catch (...) {
    return {"?", 1};
  }
}

static size_t operator_results(const xylem_operator *source, const xylem_type **out, size_t capacity) {
  const auto &results = op(source)->op->schema().returns();
  for (size_t i = 0; i < results.size() && i < capacity; ++i) out[i] = handle(results[i].type().get());
  return results.size();
}

static size_t operator_names(xylem_text *out, size_t capacity) {
  try {
    const auto all = torch::jit::getAllOperators();
    for (size_t i = 0; i < all.size() && i < capacity; ++i) out[i] = interned(all[i]->schema().name());
    return all.size();
  } catch (...) {
    return 0;
  }
}

static void fill_in_defaults(const Operator &target, std::vector<IValue> &stack) {
  const auto &arguments = target.schema.arguments;
  if (stack.size() > arguments.size()) throw StatusError(XYLEM_INVALID_ARGUMENT, "too many arguments");
  for (size_t i = stack.size(); i < arguments.size(); ++i) {
    if (!arguments[i].has_default) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the argument '" + string(arguments[i].name) + "' is missing");
    }
    stack.push_back(unwrap(arguments[i].default_value));
  }
}

static xylem_status operator_call(const xylem_operator *source, const xylem_value *arguments, size_t count,
                                  xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error) {
  return guarded(error, [&] {
    const auto &target = *op(source);
    const auto &declared = target.op->schema();
    Stack borrowed;
    auto &stack = borrowed.values;
    for (size_t i = 0; i < count; ++i) stack.push_back(unwrap(arguments[i]));
    if (declared.is_vararg()) {
      if (count < target.expected.size()) throw StatusError(XYLEM_INVALID_ARGUMENT, "an argument is missing");
      check_arguments(declared, target.expected, stack);
      stack.push_back(IValue(static_cast<int64_t>(count)));
    } else {
      fill_in_defaults(target, stack);
      check_arguments(declared, target.expected, stack);
      if (target.divides) check_division(stack);
    }
    target.operation(stack);
    take(stack, results, capacity, result_count);
  });
}

static std::mutex &missing_mutex() {
  static auto &mutex = *new std::mutex;
  return mutex;
}
static std::unordered_set<std::string> &missing() {
  static auto &names = *new std::unordered_set<std::string>;
  return names;
}

void register_missing(const std::string &name) {
  std::lock_guard<std::mutex> lock(missing_mutex());
  if (!missing().insert(name).second) return;
  torch::jit::registerOperator(torch::jit::Operator(
      name + "(...) -> Tensor",
      torch::jit::Operation([name](torch::jit::Stack &) {
        TORCH_CHECK_NOT_IMPLEMENTED(false, "the operator ", name, " is not registered in this process");
      }),
      c10::AliasAnalysisKind::CONSERVATIVE));
}

bool is_missing(const std::string &name) {
  std::lock_guard<std::mutex> lock(missing_mutex());
  return missing().count(name) != 0;
}

void add_operators(xylem_tensor_runtime &table) {
  table.operator_find = operator_find;
  table.operator_schema = operator_schema;
  table.operator_call = operator_call;
  table.operator_overloads = operator_overloads;
  table.operator_text = operator_text;
  table.operator_results = operator_results;
  table.operator_names = operator_names;
}

}  // namespace xylem
