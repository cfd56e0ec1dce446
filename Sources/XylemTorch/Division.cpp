// Integer division of the runtime's language, which ends the process if the divisor is 0.
#include "Operators.h"

#include <limits>
#include <sstream>
#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;

namespace {

const std::unordered_set<std::string> &dividing() {
  static const std::unordered_set<std::string> names = {"aten::remainder", "aten::floordiv",
                                                        "aten::__round_to_zero_floordiv", "aten::divmod"};
  return names;
}

/// Runs the runtime's own operator once its arguments are known to be safe.
void register_checked(const std::string &name) {
  const auto own = jit::findOperatorFor({name, "int"});
  if (!own) return;
  std::ostringstream schema;
  schema << own->schema().cloneWithName("xylem::" + name.substr(name.find("::") + 2), "");
  auto operation = own->getOperation();
  jit::registerOperator(jit::Operator(schema.str(), jit::Operation([operation](jit::Stack &stack) mutable {
                                        check_division(stack);
                                        operation(stack);
                                      }),
                                      c10::AliasAnalysisKind::FROM_SCHEMA));
}

/// The operator that replaces a node's, or an empty name.
std::string checked_twin(const jit::Node *node) {
  const auto *target = node->maybeOperator();
  return target && divides(target->schema()) ? "xylem::" + target->schema().name().substr(6) : "";
}

std::string own_twin(const jit::Node *node) {
  const std::string name = node->kind().toQualString();
  return name.rfind("xylem::", 0) == 0 ? "aten::" + name.substr(7) : "";
}

void replace(jit::Block *block, std::string (*twin)(const jit::Node *)) {
  for (auto it = block->nodes().begin(); it != block->nodes().end();) {
    auto *node = *it++;
    for (auto *inner : node->blocks()) replace(inner, twin);
    const auto name = twin(node);
    if (name.empty()) continue;
    auto *other =
        block->owningGraph()->create(c10::Symbol::fromQualString(name), node->inputs(), node->outputs().size());
    other->copyMetadata(node);
    other->insertBefore(node);
    for (size_t i = 0; i < node->outputs().size(); ++i) {
      other->output(i)->copyMetadata(node->output(i));
      node->output(i)->replaceAllUsesWith(other->output(i));
    }
    node->destroy();
  }
}

}  // namespace

bool divides(const c10::FunctionSchema &schema) {
  return schema.overload_name() == "int" && dividing().count(schema.name()) != 0;
}

void check_division(const std::vector<IValue> &stack) {
  const auto dividend = stack[stack.size() - 2].toInt();
  const auto divisor = stack[stack.size() - 1].toInt();
  if (divisor == 0) throw std::runtime_error("ZeroDivisionError: integer division or modulo by zero");
  if (divisor == -1 && dividend == std::numeric_limits<int64_t>::min()) {
    throw std::runtime_error("OverflowError: the quotient is too large for an integer");
  }
}

void register_checked_division() {
  for (const auto &name : dividing()) register_checked(name);
}

void use_checked_division(jit::Graph &graph) { replace(graph.block(), checked_twin); }

void use_own_division(jit::Graph &graph) { replace(graph.block(), own_twin); }

}  // namespace xylem
