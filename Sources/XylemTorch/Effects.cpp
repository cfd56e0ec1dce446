#include "Callables.h"

#include <numeric>
#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;
namespace attr = torch::jit::attr;

namespace {

const c10::Type &within_optional(const c10::Type &t) {
  return t.kind() == c10::TypeKind::OptionalType ? *t.containedTypes()[0] : t;
}

/// Whether a value's contents can be changed otherwise than through tensors: lists, dictionaries, objects.
bool is_mutable(const jit::Value *value) {
  switch (within_optional(*value->type()).kind()) {
    case c10::TypeKind::TensorType:
    case c10::TypeKind::IntType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::BoolType:
    case c10::TypeKind::NumberType:
    case c10::TypeKind::ComplexType:
    case c10::TypeKind::StringType:
    case c10::TypeKind::NoneType:
    case c10::TypeKind::DeviceObjType:
    case c10::TypeKind::FunctionType:
    case c10::TypeKind::EnumType: return false;
    default: return true;
  }
}

bool holds_storage(const jit::Value *value) {
  return is_mutable(value) ||
         within_optional(*value->type()).kind() == c10::TypeKind::TensorType;
}

bool is_module(const jit::Value *value) {
  const auto class_type = value->type()->cast<c10::ClassType>();
  return class_type && class_type->is_module();
}

/// Whether a value is a constant that switches off what an operator does only if it is true.
bool is_off(const jit::Value *value) {
  if (value->node()->kind() != prim::Constant) return false;
  const auto constant = jit::toIValue(value);
  return constant && ((constant->isBool() && !constant->toBool()) || (constant->isDouble() && constant->toDouble() == 0));
}

/// Operators that take any number of arguments and do nothing but make text or lists of numbers of them.
bool is_harmless(c10::Symbol kind) {
  static const std::unordered_set<std::string> names = {"aten::format", "aten::percentFormat", "prim::Print",
                                                        "prim::tolist"};
  return names.count(kind.toQualString()) != 0;
}

/// Operators that leave the thread's context other than it was.
bool changes_context(c10::Symbol kind) {
  static const std::unordered_set<std::string> names = {"aten::set_grad_enabled"};
  return names.count(kind.toQualString()) != 0;
}

class EffectAnalysis {
 public:
  explicit EffectAnalysis(const jit::Graph &graph) : graph_(graph) {}

  Effects run() {
    visit(graph_.block());
    const auto inputs = graph_.inputs();
    const auto outputs = graph_.outputs();
    const auto written = classes(written_);
    const auto changed = classes(changed_);
    std::unordered_map<size_t, size_t> results;
    for (const auto *result : outputs) {
      if (holds_storage(result)) ++results[find(number(result))];
    }
    const auto is_written = [&](const jit::Value *value, size_t mine) {
      return written.count(mine) || (is_mutable(value) && changed.count(mine));
    };

    Effects out;
    for (const auto *input : inputs) {
      uint8_t flags = 0;
      if (holds_storage(input)) {
        const auto mine = find(number(input));
        if (unknown_ || (!is_module(input) && is_written(input, mine))) flags |= XYLEM_WRITES;
        if (unknown_ || results.count(mine)) flags |= XYLEM_ALIASES;
      }
      out.arguments.push_back(flags);
    }
    for (const auto *attribute : attributes_) {
      const auto mine = find(number(attribute));
      if (is_written(attribute, mine)) out.writes_model = true;
      if (holds_storage(attribute) && results.count(mine)) out.aliases_model = true;
    }
    for (const auto &[mine, count] : results) out.results_alias = out.results_alias || count > 1;
    out.writes_model = out.writes_model || sets_attribute_ || unknown_;
    out.aliases_model = out.aliases_model || unknown_;
    out.results_alias = out.results_alias || (unknown_ && outputs.size() > 1);
    out.is_random = random_ || unknown_;
    out.changes_context = context_ || unknown_;
    return out;
  }

 private:
  size_t number(const jit::Value *value) {
    const auto [slot, fresh] = numbers_.emplace(value, parents_.size());
    if (fresh) parents_.push_back(slot->second);
    return slot->second;
  }
  size_t find(size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  std::unordered_set<size_t> classes(const std::vector<const jit::Value *> &values) {
    std::unordered_set<size_t> out;
    for (const auto *value : values) out.insert(find(number(value)));
    return out;
  }
  void join(const jit::Value *a, const jit::Value *b) {
    if (holds_storage(a) && holds_storage(b)) parents_[find(number(a))] = find(number(b));
  }
  void join_all(const jit::Node *node) {
    const jit::Value *first = nullptr;
    const auto add = [&](const jit::Value *value) {
      if (!holds_storage(value)) return;
      if (first) join(first, value);
      first = value;
    };
    for (const auto *input : node->inputs()) add(input);
    for (const auto *output : node->outputs()) add(output);
  }

  /// A value that lives in the model under a name. What is stored and what is read under one name may be the same.
  void add_attribute(const std::string &name, const jit::Value *value) {
    attributes_.push_back(value);
    if (!holds_storage(value)) return;
    const auto [slot, fresh] = by_name_.emplace(name, value);
    if (!fresh) join(slot->second, value);
  }

  void visit(const jit::Block *block) {
    for (const auto *node : block->nodes()) visit(node);
  }

  void visit(const jit::Node *node) {
    switch (node->kind()) {
      case prim::Constant:
        // A tensor in the code belongs to the model.
        if (holds_storage(node->output())) attributes_.push_back(node->output());
        return;
      case prim::Uninitialized:
      case prim::RaiseException:
      case prim::isinstance: return;
      case prim::GetAttr: return visit_get(node);
      case prim::SetAttr: return visit_set(node);
      case prim::If:
        for (const auto *block : node->blocks()) {
          visit(block);
          for (size_t i = 0; i < node->outputs().size(); ++i) join(node->output(i), block->outputs()[i]);
        }
        return;
      case prim::Loop: return visit_loop(node);
      case prim::ListConstruct:
      case prim::TupleConstruct:
      case prim::DictConstruct:
      case prim::ListUnpack:
      case prim::TupleUnpack:
      case prim::TupleIndex:
      case prim::TupleSlice:
      case prim::unchecked_cast:
      case prim::CreateObject: return join_all(node);
      case prim::CallMethod:
      case prim::CallFunction:
      case prim::fork:
      case prim::Enter:
      case prim::Exit: break;
      default:
        if (is_harmless(node->kind())) return join_all(node);
        if (const auto *op = of(node); op && op->schema.schema.is_known) return visit(node, *op);
        break;
    }
    unknown_ = true;
    join_all(node);
  }

  void visit_get(const jit::Node *node) {
    if (!holds_storage(node->output()) || is_module(node->output())) return;
    if (is_module(node->input())) {
      add_attribute(node->s(attr::name), node->output());
    } else {
      join(node->output(), node->input());
    }
  }

  void visit_set(const jit::Node *node) {
    if (is_module(node->input(0))) {
      sets_attribute_ = true;
      // The stored value lives on in the model: as if it were returned and written there.
      add_attribute(node->s(attr::name), node->input(1));
    } else {
      changed_.push_back(node->input(0));
      join(node->input(0), node->input(1));
    }
  }

  void visit_loop(const jit::Node *node) {
    const auto *body = node->blocks()[0];
    for (size_t i = 0; i + 2 < node->inputs().size(); ++i) {
      join(node->input(i + 2), body->inputs()[i + 1]);
      join(node->output(i), body->inputs()[i + 1]);
      join(node->output(i), body->outputs()[i + 1]);
    }
    visit(body);
  }

  void visit(const jit::Node *node, const Operator &op) {
    const auto &schema = op.schema.schema;
    const auto inputs = node->inputs();
    const auto is_switched_off = [&](int32_t position) {
      return position >= 0 && static_cast<size_t>(position) < inputs.size() && is_off(inputs[position]);
    };
    random_ = random_ || (schema.is_random && !is_switched_off(schema.random_where));
    context_ = context_ || changes_context(node->kind());
    for (size_t i = 0; i < inputs.size() && i < schema.argument_count; ++i) {
      const auto *input = inputs[i];
      const auto &argument = schema.arguments[i];
      if (argument.is_written && !is_switched_off(argument.written_where)) {
        if (!is_mutable(input) || op.schema.writes_elements[i]) {
          written_.push_back(input);
        } else {
          // What is put into a container lives on in it; the tensors themselves are not written.
          changed_.push_back(input);
          join_all(node);
        }
      }
      const bool aliases = (schema.aliases >> i) & 1;
      for (const auto *output : node->outputs()) {
        if (aliases || (is_mutable(input) && is_mutable(output))) join(output, input);
      }
    }
    // Several results of one operator may be views of one storage.
    if (schema.aliases != 0) {
      for (size_t i = 1; i < node->outputs().size(); ++i) join(node->output(0), node->output(i));
    }
  }

  const jit::Graph &graph_;
  std::unordered_map<const jit::Value *, size_t> numbers_;
  std::vector<size_t> parents_;
  std::vector<const jit::Value *> written_;
  std::vector<const jit::Value *> changed_;
  std::vector<const jit::Value *> attributes_;
  std::unordered_map<std::string, const jit::Value *> by_name_;
  bool sets_attribute_ = false;
  bool random_ = false;
  bool context_ = false;
  bool unknown_ = false;
};

}  // namespace

Effects effects_of(const jit::Graph &graph) { return EffectAnalysis(graph).run(); }

}  // namespace xylem
