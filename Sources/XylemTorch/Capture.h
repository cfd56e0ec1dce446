// The operators that a thread calls, recorded with their values.
#pragma once

#include "Values.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <xylem_capture.h>

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace xylem {

/// One recorded value: what crosses the boundary, and what keeps it alive.
struct CapturedValue {
  xylem_engine_value value{};
  uint32_t section = XYLEM_CAPTURE_OUTSIDE;
  std::vector<int64_t> integers;  // sizes of tensors, numbers of lists
  std::vector<double> numbers;
  std::vector<uint32_t> elements;
  std::string text;
  at::Tensor constant;     // constants: in row-major order
  at::Tensor source;       // constants that come from outside: the tensor itself
  uint32_t version = 0;    // of `source`
  const void *data = nullptr;  // of `source`
};

/// One recorded call.
struct CapturedCall {
  c10::OperatorHandle op;
  std::vector<uint32_t> inputs;
  std::vector<uint32_t> outputs;
  std::vector<IValue> arguments;  // with tensors left out
  uint32_t section;
  uint32_t flags;
};

/// What a thread recorded.
class Capture {
 public:
  explicit Capture(std::unordered_set<std::string> expanded) : expanded_(std::move(expanded)) {}

  /// The capture of the calling thread, or null.
  static Capture *&current();

  /// The tensors in a value are inputs.
  void add_inputs(const IValue &value);
  void note(const IValue &value);
  void record(const c10::OperatorHandle &op, c10::DispatchKeySet keys, torch::jit::Stack &stack);
  /// Elements are read in the section.
  void note_read() { reading_sections_.insert(section); }
  /// The flags of the section's calls so far.
  uint32_t flags() const;
  /// What was recorded, in the form that crosses the boundary; lives as long as the capture.
  xylem_captured content();
  uint32_t number(const at::Tensor &tensor) const;
  void watch(c10::intrusive_ptr<c10::ivalue::Object> owner, const std::string &name);
  bool is_current() const;
  std::vector<at::Tensor> replay(const std::vector<uint32_t> &nodes, const std::vector<uint32_t> &inputs,
                                 const std::vector<at::Tensor> &values, const std::vector<uint32_t> &outputs,
                                 bool as_double) const;

  uint32_t section = 0;

 private:
  /// A tensor object and the value that it shows.
  struct Known {
    c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl> impl;
    uint32_t value;
    uint32_t section;          // in which the object was seen first
    bool is_constant;          // its elements do not depend on inputs
    bool is_outside;           // a tensor of the model, or an input
    bool is_used;              // a recorded node reads it
  };

  Known *find(const at::Tensor &tensor);
  const Known *find(const at::Tensor &tensor) const;
  Known &know(const at::Tensor &tensor, uint32_t value, bool is_constant, bool is_outside);
  uint32_t add_computed(const at::Tensor &tensor);
  uint32_t add_constant(const at::Tensor &tensor, bool is_outside);
  uint32_t add(const IValue &value, bool &is_opaque);
  uint32_t add_plain(CapturedValue value);
  uint32_t flags_of_write(const at::Tensor &tensor, bool from_constants);
  bool is_shared(const at::Tensor &tensor);
  using Results = torch::jit::Stack::const_iterator;
  void keep_results(CapturedCall &call, const std::vector<at::Tensor> &written, Results first, Results last);

  std::unordered_set<std::string> expanded_;
  std::deque<CapturedValue> values_;
  std::deque<CapturedCall> calls_;
  std::unordered_map<const c10::TensorImpl *, Known> known_;
  /// The tensors that share memory.
  struct Sharing {
    std::optional<c10::weak_intrusive_ptr<c10::StorageImpl>> storage;
    std::vector<const c10::TensorImpl *> tensors;
  };
  std::unordered_map<const c10::StorageImpl *, Sharing> sharing_;
  std::vector<at::Tensor> kept_;  // folded values
  std::vector<uint32_t> outside_;  // constants that come from outside
  /// An attribute with the tensor that it held.
  struct Watched {
    c10::intrusive_ptr<c10::ivalue::Object> owner;
    size_t slot;
    at::Tensor tensor;
  };
  std::vector<Watched> watched_;
  std::unordered_set<uint32_t> sharing_sections_;
  std::unordered_set<uint32_t> reading_sections_;
  std::vector<uint32_t> out_reading_;
  // In the form that crosses the boundary.
  std::vector<xylem_engine_value> out_values_;
  std::vector<xylem_captured_node> out_nodes_;
  std::vector<uint32_t> out_sections_;
  std::deque<std::string> schemas_;
};

const xylem_capture_table &capture_table();

/// The key whose fallback records: it comes before those of autograd and autocast, and nothing else uses it.
inline constexpr auto recording_key = c10::DispatchKey::TESTING_ONLY_GenericMode;

/// Calls `body` for each tensor in a value.
void each_tensor(const IValue &value, const std::function<void(const at::Tensor &)> &body);

}  // namespace xylem
