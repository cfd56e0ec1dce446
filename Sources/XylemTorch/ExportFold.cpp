// Conditions that are known before the code runs.
#include "Export.h"

#include <torch/csrc/jit/ir/constants.h>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;
namespace aten = torch::jit::aten;
using c10::TypeKind;

namespace {

bool is_plain(const c10::TypePtr &type) {
  switch (type->kind()) {
    case TypeKind::BoolType:
    case TypeKind::IntType:
    case TypeKind::FloatType:
    case TypeKind::StringType: return true;
    default: return false;
  }
}

bool is_none(const jit::Value *value) {
  const auto known = jit::toIValue(value);
  return known && known->isNone();
}

/// Whether a value can't be None: 1, 0, or -1 if its type doesn't determine it.
int is_never_none(const jit::Value *value) {
  if (is_none(value)) return 0;
  while (value->node()->kind() == prim::unchecked_cast) value = value->node()->input();
  switch (value->type()->kind()) {
    case TypeKind::TensorType:
    case TypeKind::ListType:
    case TypeKind::DictType:
    case TypeKind::TupleType: return 1;
    default: return is_plain(value->type()) ? 1 : -1;
  }
}

/// The result of a node whose operands are plain and known; nothing if there is none.
std::optional<IValue> known_result(jit::Node *node) {
  const auto kind = node->kind();
  const bool asks_none = kind == aten::__is__ || kind == aten::__isnot__;
  if (asks_none && node->inputs().size() == 2 && is_none(node->input(1))) {
    const int never = is_never_none(node->input(0));
    if (never < 0) return std::nullopt;
    return IValue((never == 1) == (kind == aten::__isnot__));
  }
  if (!kind.is_aten() || node->outputs().size() != 1 || !node->blocks().empty() || !is_plain(node->output()->type())) {
    return std::nullopt;
  }
  if (!node->maybeOperator() || node->hasSideEffects() || node->isNondeterministic()) return std::nullopt;
  if (divides(node->schema())) return std::nullopt;  // by zero it would end the process
  std::vector<IValue> stack;
  for (const auto *input : node->inputs()) {
    const auto known = jit::toIValue(input);
    if (!known || !is_plain(input->type())) return std::nullopt;
    stack.push_back(*known);
  }
  if (stack.empty()) return std::nullopt;
  try {
    node->getOperation()(stack);
  } catch (const std::exception &) {
    return std::nullopt;  // it shall fail when the code runs, as before
  }
  return stack.size() == 1 ? std::optional<IValue>(stack.front()) : std::nullopt;
}

/// Moves a branch's code before its node, which is removed.
void take(jit::Node *node, jit::Block *branch) {
  for (auto it = branch->nodes().begin(); it != branch->nodes().end();) {
    auto *inner = *it++;
    inner->moveBefore(node);
  }
  for (size_t i = 0; i < node->outputs().size(); ++i) node->output(i)->replaceAllUsesWith(branch->outputs()[i]);
  node->destroy();
}

void fold(jit::Graph &graph, jit::Block *block) {
  for (auto *node = *block->nodes().begin(); node != block->return_node();) {
    auto *next = node->next();
    if (node->kind() == prim::If) {
      const auto condition = jit::toIValue(node->input());
      if (condition && condition->isBool()) {
        auto *branch = node->blocks()[condition->toBool() ? 0 : 1];
        auto *first = branch->nodes().begin() == branch->nodes().end() ? next : *branch->nodes().begin();
        take(node, branch);
        node = first;  // what was moved is yet to be looked at
        continue;
      }
    } else if (const auto result = known_result(node)) {
      jit::WithInsertPoint here(node);
      node->output()->replaceAllUsesWith(graph.insertConstant(*result));
      node->destroy();
      node = next;
      continue;
    }
    for (auto *inner : node->blocks()) fold(graph, inner);
    node = next;
  }
}

}  // namespace

void fold_branches(jit::Graph &graph) { fold(graph, graph.block()); }

}  // namespace xylem
