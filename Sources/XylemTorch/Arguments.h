// The required types of arguments. Kernels trust their arguments' types; arguments from outside are checked here.
#pragma once

#include "Values.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

#include <vector>

namespace xylem {

/// Whether a value already has a declared type.
bool fits(const IValue &value, const c10::Type &declared);

/// Converts a value to a declared type: the value itself if it has the type, an integer as a floating-point number, and
/// a container whose elements match as a container of the declared element type.
///
/// Otherwise throws a `StatusError` that begins with `what`.
IValue conform(IValue value, const c10::Type &declared, const std::string &what);

/// The requirements of one operator argument, computed once.
struct Expectation {
  const c10::Type *type;
  c10::TypeKind kind;  // within an optional
  bool optional;
  bool has_variables;  // is written with type variables, as in `t[]`
  int64_t limit;       // of integers that stand for an enumeration: one more than the highest; else 0
};

/// The requirements of a schema, in the order of its arguments.
std::vector<Expectation> expectations(const c10::FunctionSchema &schema);

/// Checks a call's arguments, at least as many as are declared, and converts them to the declared types.
void check_arguments(const c10::FunctionSchema &schema, const std::vector<Expectation> &expected,
                     std::vector<IValue> &stack);

}  // namespace xylem
