// Operators of archives of old versions, whose meaning has changed since.
#include "Operators.h"

#include <torch/csrc/jit/frontend/function_schema_parser.h>
#include <torch/csrc/jit/operator_upgraders/upgraders.h>
#include <torch/csrc/jit/operator_upgraders/upgraders_entry.h>
#include <torch/csrc/jit/operator_upgraders/version_map.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <unordered_map>

namespace xylem {

namespace jit = torch::jit;

namespace {

/// An operator in its old form, and the code that computes it today.
struct Old {
  c10::FunctionSchema schema;
  std::shared_ptr<jit::Graph> code;
};

/// By the operator's name with the overload, `xylem::div.Tensor_0_3`.
std::unordered_map<std::string, Old> &old_operators() {
  static auto &known = *new std::unordered_map<std::string, Old>;
  return known;
}

std::string full_name(const c10::FunctionSchema &schema) { return schema.name() + "." + schema.overload_name(); }

bool has_blocks(const jit::Graph &graph) {
  for (const auto *node : graph.nodes()) {
    if (!node->blocks().empty()) return true;
  }
  return false;
}

/// `aten::div.Tensor`, which `div_Tensor_0_3` upgrades, becomes `xylem::div.Tensor_0_3`.
c10::FunctionSchema renamed(const jit::UpgraderEntry &entry) {
  const auto schema = jit::parseSchema(entry.old_schema);
  const auto versions = entry.upgrader_name.find("_0_");
  auto overload = schema.overload_name() + entry.upgrader_name.substr(versions);
  return schema.cloneWithName("xylem::" + schema.name().substr(schema.name().find("::") + 2), overload);
}

/// Code that calls one operator with its own inputs.
std::shared_ptr<jit::Graph> calling(const c10::FunctionSchema &schema, const jit::Graph &original) {
  auto graph = std::make_shared<jit::Graph>();
  std::vector<jit::Value *> inputs;
  for (const auto *input : original.inputs()) inputs.push_back(graph->addInput()->setType(input->type()));
  auto *node = graph->insertNode(graph->create(c10::Symbol::fromQualString(schema.name()), inputs, 1));
  node->output()->setType(original.outputs()[0]->type());
  graph->registerOutput(node->output());
  return graph;
}

const Old *old_of(const jit::Node *node) {
  if (old_operators().empty() || !node->maybeOperator()) return nullptr;
  const auto found = old_operators().find(full_name(node->maybeOperator()->schema()));
  return found == old_operators().end() ? nullptr : &found->second;
}

void expand(jit::Block *block) {
  for (auto it = block->nodes().begin(); it != block->nodes().end();) {
    auto *node = *it++;
    for (auto *inner : node->blocks()) expand(inner);
    const auto *old = old_of(node);
    if (!old) continue;
    jit::WithInsertPoint there(node);
    const auto outputs = jit::insertGraph(*block->owningGraph(), *old->code, node->inputs());
    node->output()->replaceAllUsesWith(outputs[0]);
    node->destroy();
  }
}

}  // namespace

void register_upgraders() {
  if (jit::is_upgraders_map_populated()) return;
  auto upgraders = jit::generate_upgraders_graph();
  for (const auto &[name, entries] : jit::get_operator_version_map()) {
    for (const auto &entry : entries) {
      const auto found = upgraders.find(entry.upgrader_name);
      if (found == upgraders.end() || !has_blocks(*found->second)) continue;
      const auto schema = renamed(entry);
      const auto original = found->second;
      if (schema.arguments().size() != original->inputs().size()) continue;
      const jit::Code code(original, entry.upgrader_name);
      jit::registerOperator(jit::Operator(schema.name(), schema.overload_name(), schema.arguments(), schema.returns(),
                                          jit::Operation([code](jit::Stack &stack) {
                                            const auto count = code.num_inputs();
                                            jit::Stack own(stack.end() - static_cast<std::ptrdiff_t>(count), stack.end());
                                            jit::drop(stack, count);
                                            jit::InterpreterState(code).run(own);
                                            stack.insert(stack.end(), own.begin(), own.end());
                                          }),
                                          c10::AliasAnalysisKind::FROM_SCHEMA));
      old_operators().emplace(full_name(schema), Old{schema, original});
      found->second = calling(schema, *original);
    }
  }
  jit::populate_upgraders_map(std::move(upgraders));
}

bool is_upgraded(const jit::Node *node) { return old_of(node) != nullptr; }

bool is_upgraded(const c10::FunctionSchema &schema) { return old_operators().count(full_name(schema)) != 0; }

void use_own_upgraders(jit::Graph &graph) { expand(graph.block()); }

}  // namespace xylem
