// Detects code of a model that accesses files, processes or the network.
#pragma once

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace xylem {

/// Whether an operator does, by its name: `aten::save`.
bool reaches_outside(const std::string &name);

/// The first such operator or class in a block, including nested blocks; empty if there is none. Callees are not
/// examined.
std::string operator_outside(const torch::jit::Block *block);

/// The same for all code of an archive, with the name of the function.
std::string operator_outside(const torch::jit::CompilationUnit &unit);

}  // namespace xylem
