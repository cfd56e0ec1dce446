// Code without branches, loops and calls as a list of steps.
#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <optional>
#include <unordered_map>
#include <vector>

namespace xylem {

/// A graph whose nodes run one after the other: attributes read, lists created, operators called. Most layers are of
/// this form, and for small tensors starting an interpreter costs more than their own arithmetic.
///
/// Immutable; several threads may run it at once.
class StraightLine {
 public:
  /// Nothing for a graph that needs an interpreter.
  static std::optional<StraightLine> of(const torch::jit::Graph &graph);

  /// Replaces the arguments on the stack by the results.
  void run(std::vector<c10::IValue> &stack) const;

 private:
  /// The source of a value, and whether this is the last read.
  struct Read {
    size_t position;
    bool is_last;
  };
  enum class Kind { call, attribute, list };
  struct Step {
    Kind kind = Kind::call;
    std::vector<Read> inputs;
    std::vector<size_t> outputs;
    /// A call is not declared const, although it changes nothing: interpreters share operations among threads too.
    mutable torch::jit::Operation operation = nullptr;
    size_t slot = 0;
    c10::TypePtr element;
  };

  StraightLine() = default;
  bool add(const torch::jit::Node *node);
  void mark_last_reads();

  std::unordered_map<const torch::jit::Value *, size_t> positions_;
  /// The values at the start of a run, with constants in their places.
  std::vector<c10::IValue> start_;
  std::vector<Step> steps_;
  std::vector<Read> results_;
};

}  // namespace xylem
