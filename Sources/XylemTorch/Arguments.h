// What arguments must be. Kernels trust their arguments' types; what comes from outside is checked here.
#pragma once

#include "Values.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

#include <vector>

namespace xylem {

/// Whether a value is one of a declared type as it stands.
bool fits(const IValue &value, const c10::Type &declared);

/// The value as one of a declared type: itself where it is one, an integer as a floating-point number, and a container whose
/// elements fit as a container of the declared element type.
///
/// Throws a `StatusError` that begins with `what` otherwise.
IValue conform(IValue value, const c10::Type &declared, const std::string &what);

/// What one argument of an operator must be, worked out once.
struct Expectation {
  const c10::Type *type;
  c10::TypeKind kind;  // within an optional
  bool optional;
  bool has_variables;  // is written with type variables, as in `t[]`
  int64_t limit;       // of integers that stand for an enumeration: one more than the highest; else 0
};

/// The expectations of a schema, in the order of its arguments.
std::vector<Expectation> expectations(const c10::FunctionSchema &schema);

/// Checks a call's arguments, at least as many as are declared, and brings them into the declared types.
void check_arguments(const c10::FunctionSchema &schema, const std::vector<Expectation> &expected,
                     std::vector<IValue> &stack);

}  // namespace xylem
