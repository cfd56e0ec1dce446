// Loaded archives and the functions in them.
#pragma once

#include "Operators.h"

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace xylem {

struct Archive;

/// A function's code in the form that crosses the boundary, with its storage.
struct Code {
  std::vector<xylem_ir_node> nodes;
  std::vector<xylem_ir_block> blocks;
  std::vector<uint32_t> operands;
  std::vector<const xylem_type *> value_types;
  std::vector<xylem_text> value_names;
  std::vector<xylem_text> strings;
  std::vector<xylem_value> constants;
  std::string qualified_name;
  xylem_ir view{};
  /// The runtime's own nodes and values by their numbers.
  std::vector<torch::jit::Node *> sources;
  std::vector<torch::jit::Value *> values;

  Code() = default;
  Code(const Code &) = delete;
  Code &operator=(const Code &) = delete;
  ~Code();
};

struct Function {
  Archive *archive;
  torch::jit::GraphFunction *function;
  std::shared_ptr<torch::jit::Graph> graph;
  std::once_flag code_once;
  std::unique_ptr<Code> code;
  std::once_flag schema_once;
  std::unique_ptr<Schema> schema;

  const Code &ir();
};

struct Archive {
  std::shared_ptr<torch::jit::CompilationUnit> unit;
  torch::jit::Module root;
  std::vector<std::string> missing;
  /// An operator in the code that accesses files, processes or the network, with its function; empty if there is none.
  std::string outside;
  /// Whether such code may run.
  bool allows_outside = false;
  std::vector<xylem_text> missing_texts;
  std::mutex mutex;
  std::unordered_map<const torch::jit::Function *, std::unique_ptr<Function>> functions;
  /// Types that were requested by name.
  std::unordered_map<std::string, c10::TypePtr> types;

  Function *function(torch::jit::Function *source);
};

inline const xylem_function *handle(const Function *f) { return reinterpret_cast<const xylem_function *>(f); }
inline Function *function(const xylem_function *f) {
  return const_cast<Function *>(reinterpret_cast<const Function *>(f));
}
inline Archive *archive(const xylem_archive *a) {
  return const_cast<Archive *>(reinterpret_cast<const Archive *>(a));
}

/// Passes an archive to the caller of the boundary. From here on its classes' archive can be found.
xylem_archive *publish(std::unique_ptr<Archive> archive);

/// The archive that a class belongs to, or null.
Archive *archive_of(const c10::ClassType &type);

}  // namespace xylem
