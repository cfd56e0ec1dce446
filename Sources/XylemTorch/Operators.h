// Operators by name, and their schemas.
#pragma once

#include "Arguments.h"

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <vector>

namespace xylem {

/// A schema in the form that crosses the boundary, with its storage.
struct Schema {
  std::vector<xylem_schema_argument> arguments;
  /// By argument: whether tensors within a container are written, and not the container itself.
  std::vector<bool> writes_elements;
  xylem_schema schema{};

  explicit Schema(const c10::FunctionSchema &source);
};

/// An operator with its schema; created once and kept for the life of the process.
struct Operator {
  std::shared_ptr<torch::jit::Operator> op;
  mutable torch::jit::Operation operation;  // calling it does not change it, but is not declared so
  Schema schema;
  std::vector<Expectation> expected;
  bool divides;

  explicit Operator(std::shared_ptr<torch::jit::Operator> op);
};

/// The only `Operator` for a runtime operator.
const Operator *interned(const std::shared_ptr<torch::jit::Operator> &op);

/// The operator that a node calls, or null.
const Operator *of(const torch::jit::Node *node);

inline const xylem_operator *handle(const Operator *op) { return reinterpret_cast<const xylem_operator *>(op); }
inline const Operator *op(const xylem_operator *handle) { return reinterpret_cast<const Operator *>(handle); }

/// Whether an operator divides integers with an instruction that ends the process if the divisor is 0.
bool divides(const c10::FunctionSchema &schema);

/// Throws if dividing the last two values would end the process.
void check_division(const std::vector<IValue> &stack);

/// Registers checked variants of those operators.
void register_checked_division();

/// Makes a graph call the checked variants.
void use_checked_division(torch::jit::Graph &graph);

/// Makes it call the runtime's own division again.
void use_own_division(torch::jit::Graph &graph);

/// Registers `xylem::enter_autocast` and `xylem::exit_autocast`, which represent a traced autocast block.
void register_autocast_scope();

/// Registers an operator for each whose meaning changed since an old version, and lets archives of that version call
/// it: the runtime would inline code with branches on data instead.
void register_upgraders();

/// Whether a node or an operator was registered by `register_upgraders`.
bool is_upgraded(const torch::jit::Node *node);
bool is_upgraded(const c10::FunctionSchema &schema);

/// Restores the runtime's own code, for archives loaded by other code in the process.
void use_own_upgraders(torch::jit::Graph &graph);

/// Registers the schemas of torchvision's operators if they are not registered.
void register_vision_schemas();

/// Registers an operator of unknown signature that raises an error when it is called.
void register_missing(const std::string &name);

/// Whether `register_missing` registered it.
bool is_missing(const std::string &name);

}  // namespace xylem
