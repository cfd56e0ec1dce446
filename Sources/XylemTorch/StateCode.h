// Code that archives run while they are loaded.
#pragma once

#include "Input.h"

namespace xylem {

/// Throws a `StatusError` if loading an archive would run code, and the archive's code accesses files, processes or the
/// network.
///
/// Objects of classes with `__setstate__` run it when they are loaded. The code is compiled for the check, and not run.
void check_state_code(const Input &input);

}  // namespace xylem
