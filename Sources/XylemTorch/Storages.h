// Checks whether an archive's tensors are within the data that was read for them.
#pragma once

#include "Values.h"

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <torch/csrc/jit/api/module.h>

#include <unordered_map>

namespace xylem {

/// The bytes from a storage's start to the end of a tensor's last element; the largest number if that overflows.
size_t reach(c10::IntArrayRef sizes, c10::IntArrayRef strides, int64_t offset, size_t item_size);

/// Records the size of each allocation of the calling thread as long as it lives.
///
/// The importer takes a storage's size from the pickle and its bytes from a record, and never compares the two.
class AllocationSizes {
 public:
  AllocationSizes();

  /// Throws a `StatusError` if a tensor of the model, or of its code's constants, exceeds its record.
  void check(const torch::jit::Module &root) const;

 private:
  class Recorder;
  std::shared_ptr<Recorder> recorder_;
  c10::DebugInfoGuard guard_;
};

}  // namespace xylem
