// Functions and statements compiled to be called as they are.
#pragma once

#include "Archive.h"

#include <torch/csrc/jit/runtime/interpreter.h>

#include <unordered_map>

namespace xylem {

using Known = std::unordered_map<const torch::jit::Value *, c10::intrusive_ptr<c10::ivalue::Object>>;

/// What running a graph may do besides computing its outputs.
struct Effects {
  std::vector<uint8_t> arguments;  // XYLEM_WRITES, XYLEM_ALIASES, XYLEM_SHARES and XYLEM_KEEPS
  bool is_random = false;
  bool writes_model = false;
  bool aliases_model = false;
  bool changes_context = false;
  bool results_alias = false;
};

/// What running a graph may do, from its operators' schemas.
///
/// Values that may share storage fall into one class; a write of any member counts as a write of all. The answer errs on
/// the side of sharing.
Effects effects_of(const torch::jit::Graph &graph);

/// The code of a callable: modes written into it, and the code of what it calls in place of the calls.
torch::jit::Graph &code_of(const xylem_callable *callable);

}  // namespace xylem
