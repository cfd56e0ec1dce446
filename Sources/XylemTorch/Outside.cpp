// Operators that access files, processes or the network.
#include "Outside.h"

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>

#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;

bool reaches_outside(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "aten::save",       "aten::from_file",  "aten::to_here",     "aten::dist_backward", "aten::confirmed_by_owner",
      "prim::rpc_async",  "prim::rpc_sync",   "prim::rpc_remote"};
  static const std::unordered_set<std::string> namespaces = {
      "c10d", "_c10d_functional", "_c10d_functional_autograd", "c10d_functional", "symm_mem", "_dtensor", "inductor"};
  return names.count(name) != 0 || namespaces.count(name.substr(0, name.find("::"))) != 0;
}

/// Classes of the runtime whose methods do so.
static bool is_class_outside(const std::string &name) {
  static const std::string classes = "__torch__.torch.classes.";
  if (name.rfind(classes, 0) != 0) return false;
  static const std::unordered_set<std::string> namespaces = {"dist_rpc", "dist_c10d", "c10d",      "profiling",
                                                             "nativert", "aoti",      "inductor", "_nnapi"};
  const auto rest = name.substr(classes.size());
  return namespaces.count(rest.substr(0, rest.find('.'))) != 0;
}

static std::string found_in(const c10::TypePtr &type) {
  const auto class_type = type->cast<c10::ClassType>();
  const auto name = class_type && class_type->name() ? class_type->name()->qualifiedName() : "";
  return is_class_outside(name) ? name : "";
}

std::string operator_outside(const jit::Block *block) {
  for (const auto *node : block->nodes()) {
    const std::string name = node->kind().toQualString();
    if (reaches_outside(name)) return name;
    for (const auto *output : node->outputs()) {
      if (auto found = found_in(output->type()); !found.empty()) return found;
    }
    if (node->hasAttribute(c10::attr::Subgraph)) {
      if (auto found = operator_outside(node->g(c10::attr::Subgraph)->block()); !found.empty()) return found;
    }
    for (const auto *inner : node->blocks()) {
      if (auto found = operator_outside(inner); !found.empty()) return found;
    }
  }
  return "";
}

std::string operator_outside(const jit::CompilationUnit &unit) {
  for (auto *function : unit.get_functions()) {
    if (!function->isGraphFunction()) continue;
    function->ensure_defined();
    const auto found = operator_outside(static_cast<jit::GraphFunction *>(function)->graph()->block());
    if (!found.empty()) return found + " in " + function->qualname().qualifiedName();
  }
  return "";
}

}  // namespace xylem
