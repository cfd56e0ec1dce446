// Which code of a model reaches files, processes or the network.
#pragma once

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace xylem {

/// Whether an operator does, by its name: `aten::save`.
bool reaches_outside(const std::string &name);

/// The first operator or class in a block that does, blocks within included; empty where there is none. What is called is
/// not looked at.
std::string operator_outside(const torch::jit::Block *block);

/// The same for all code of an archive, with the name of the function.
std::string operator_outside(const torch::jit::CompilationUnit &unit);

}  // namespace xylem
