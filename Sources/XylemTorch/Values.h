// Values on both sides of the boundary.
#pragma once

#include "Boundary.h"

#include <ATen/core/ivalue.h>

#include <vector>

namespace xylem {

using c10::IValue;

/// The runtime's value as one that crosses the boundary; the result owns its object.
xylem_value wrap(IValue value);

/// The runtime's value for one that crossed the boundary; the argument keeps its own reference.
IValue unwrap(const xylem_value &value);

/// The tensor of a value that must be one.
at::Tensor tensor(const xylem_value *value);

/// The object of a value that must be a module or another object.
c10::intrusive_ptr<c10::ivalue::Object> object(const xylem_value *value);

/// A stack whose memory is reused by calls on one thread.
class Stack {
 public:
  Stack() : values(std::move(spare())) { values.clear(); }
  ~Stack() {
    values.clear();
    spare() = std::move(values);
  }
  Stack(const Stack &) = delete;
  Stack &operator=(const Stack &) = delete;

  std::vector<IValue> values;

 private:
  static std::vector<IValue> &spare() {
    static thread_local std::vector<IValue> kept;
    return kept;
  }
};

/// Pops results off a stack into an array of limited size.
void take(std::vector<IValue> &stack, xylem_value *results, size_t capacity, size_t *count);

inline const xylem_type *handle(const c10::Type *type) { return reinterpret_cast<const xylem_type *>(type); }
inline const c10::Type *type(const xylem_type *handle) { return reinterpret_cast<const c10::Type *>(handle); }

/// A string that lives as long as the process, for a small number of names.
xylem_text interned(const std::string &s);

/// The names of a named tuple's fields, as many as there is room for.
///
/// Returns: how many there are.
size_t field_names(const c10::Type &tuple_type, xylem_text *names, size_t capacity);

/// Set their part of the table.
void add_values(xylem_tensor_runtime &table);
void add_types(xylem_tensor_runtime &table);
void add_tensors(xylem_tensor_runtime &table);
void add_dlpack(xylem_tensor_runtime &table);
void add_state(xylem_tensor_runtime &table);
void add_operators(xylem_tensor_runtime &table);
void add_archives(xylem_tensor_runtime &table);
void add_modules(xylem_tensor_runtime &table);
void add_functions(xylem_tensor_runtime &table);
void add_callables(xylem_tensor_runtime &table);
void add_autocast(xylem_tensor_runtime &table);
void add_compiler(xylem_tensor_runtime &table);
void add_exporters(xylem_tensor_runtime &table);
void add_records(xylem_tensor_runtime &table);
void add_host_code(xylem_tensor_runtime &table);
void add_products(xylem_tensor_runtime &table);

}  // namespace xylem
