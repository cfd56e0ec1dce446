// Functions and statements compiled to be called directly.
#pragma once

#include "Archive.h"

#include <torch/csrc/jit/runtime/interpreter.h>

#include <unordered_map>

namespace xylem {

using Known = std::unordered_map<const torch::jit::Value *, c10::intrusive_ptr<c10::ivalue::Object>>;

/// The possible effects of running a graph, besides computing its outputs.
struct Effects {
  std::vector<uint8_t> arguments;  // XYLEM_WRITES, XYLEM_ALIASES, XYLEM_SHARES and XYLEM_KEEPS
  bool is_random = false;
  bool writes_model = false;
  bool aliases_model = false;
  bool changes_context = false;
  bool results_alias = false;
};

/// The possible effects of running a graph, from its operators' schemas.
///
/// Values that may share storage form a class; a write to any member counts as a write to all. The result errs on the
/// side of sharing.
Effects effects_of(const torch::jit::Graph &graph);

/// The code of a callable, with modes compiled in and calls inlined.
torch::jit::Graph &code_of(const xylem_callable *callable);

}  // namespace xylem
