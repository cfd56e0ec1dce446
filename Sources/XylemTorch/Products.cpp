// Counting the multiplications of convolutions, matrix products, attention and recurrent layers, each with an addition,
// while they run: whatever code calls them.
// libtorch is built with NDEBUG, on which the layout of its RecordFunction depends.
#ifndef NDEBUG
#define NDEBUG
#endif

#include "Values.h"

#include <ATen/record_function.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

namespace xylem {

namespace {

using Inputs = c10::ArrayRef<const IValue>;

/// A product, at most INT64_MAX.
int64_t times(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

/// The count of the calling thread and of the tasks that it starts.
class ProductCount : public c10::DebugInfoBase {
 public:
  static const c10::DebugInfoKind kind;
  static ProductCount *current() { return dynamic_cast<ProductCount *>(c10::ThreadLocalDebugInfo::get(kind)); }

  void add(int64_t count) {
    if (outer_) outer_->add(count);
    std::lock_guard<std::mutex> lock(mutex_);
    if (__builtin_add_overflow(count_, count, &count_)) count_ = INT64_MAX;
    changes_ += 1;
  }

  void add_uncounted(const char *name) {
    if (outer_) outer_->add_uncounted(name);
    std::lock_guard<std::mutex> lock(mutex_);
    uncounted_.insert(name);
  }

  /// Goes up with every counted operator.
  uint64_t changes() {
    std::lock_guard<std::mutex> lock(mutex_);
    return changes_;
  }

  bool is_nested() const { return outer_ != nullptr; }

  int64_t take(const xylem_text **names, size_t *name_count) {
    std::lock_guard<std::mutex> lock(mutex_);
    taken_.clear();
    for (const auto &name : uncounted_) taken_.push_back(interned(name));
    uncounted_.clear();
    *names = taken_.data();
    *name_count = taken_.size();
    return std::exchange(count_, 0);
  }

 private:
  ProductCount *outer_ = current();
  std::mutex mutex_;
  int64_t count_ = 0;
  uint64_t changes_ = 0;
  std::set<std::string> uncounted_;
  std::vector<xylem_text> taken_;
};

constexpr std::string_view kind_name = "xylem.products";
const c10::DebugInfoKind ProductCount::kind(&kind_name);

/// What decides an operator's count.
enum class Cost {
  product,            // of its first two arguments
  added_product,      // of its second and third argument
  convolution,        // with the flag for a transposed one at position 6
  plain_convolution,  // without it
  attention,          // query, key and value
  recurrent_layer,    // oneDNN's: input and four weights
  recurrent_layers,   // cuDNN's: input and a list of weights
  unknown,            // multiplies, but the arguments don't tell how often
};

const std::unordered_map<std::string_view, Cost> costs = {
    {"aten::mm", Cost::product},
    {"aten::bmm", Cost::product},
    {"aten::mv", Cost::product},
    {"aten::dot", Cost::product},
    {"aten::vdot", Cost::product},
    {"aten::_int_mm", Cost::product},
    {"aten::_scaled_mm", Cost::product},
    {"aten::addmm", Cost::added_product},
    {"aten::addmm_", Cost::added_product},
    {"aten::_addmm_activation", Cost::added_product},
    {"aten::addmv", Cost::added_product},
    {"aten::addmv_", Cost::added_product},
    {"aten::addbmm", Cost::added_product},
    {"aten::addbmm_", Cost::added_product},
    {"aten::baddbmm", Cost::added_product},
    {"aten::baddbmm_", Cost::added_product},
    {"aten::convolution", Cost::convolution},
    {"aten::_convolution", Cost::convolution},
    {"aten::convolution_overrideable", Cost::convolution},
    {"aten::mkldnn_convolution", Cost::plain_convolution},
    {"aten::cudnn_convolution", Cost::plain_convolution},
    {"aten::cudnn_convolution_relu", Cost::plain_convolution},
    {"aten::cudnn_convolution_add_relu", Cost::plain_convolution},
    {"aten::thnn_conv2d", Cost::plain_convolution},
    {"aten::slow_conv3d", Cost::plain_convolution},
    {"aten::_conv_depthwise2d", Cost::plain_convolution},
    {"torchvision::deform_conv2d", Cost::plain_convolution},
    {"aten::_scaled_dot_product_flash_attention_for_cpu", Cost::attention},
    {"aten::_scaled_dot_product_flash_attention", Cost::attention},
    {"aten::_scaled_dot_product_efficient_attention", Cost::attention},
    {"aten::_scaled_dot_product_cudnn_attention", Cost::attention},
    {"aten::_scaled_dot_product_fused_attention_overrideable", Cost::attention},
    {"aten::mkldnn_rnn_layer", Cost::recurrent_layer},
    {"aten::_cudnn_rnn", Cost::recurrent_layers},
    {"aten::_grouped_mm", Cost::unknown},
    {"aten::_scaled_grouped_mm", Cost::unknown},
    {"aten::_weight_int4pack_mm", Cost::unknown},
    {"aten::_weight_int4pack_mm_for_cpu", Cost::unknown},
    {"aten::_weight_int8pack_mm", Cost::unknown},
    {"aten::fbgemm_linear_int8_weight", Cost::unknown},
    {"aten::fbgemm_linear_int8_weight_fp32_activation", Cost::unknown},
    {"aten::fbgemm_linear_fp16_weight", Cost::unknown},
    {"aten::fbgemm_linear_fp16_weight_fp32_activation", Cost::unknown},
    {"aten::quantized_lstm", Cost::unknown},
    {"aten::quantized_gru", Cost::unknown},
    {"aten::mkldnn_linear", Cost::unknown},
};

bool contains_any(std::string_view text, std::initializer_list<const char *> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char *word) { return text.find(word) != std::string_view::npos; });
}

/// Whether nothing is known about an operator: one of another library, or of packed weights.
bool is_foreign(std::string_view name) {
  const auto end = name.find("::");
  if (end == std::string_view::npos) return false;
  const auto library = name.substr(0, end);
  if (library == "quantized") return contains_any(name, {"conv", "linear", "matmul", "lstm", "gru", "rnn"});
  return library != "aten" && library != "prim" && library != "prims" && library != "torchvision" &&
         library != "xylem" && library != "profiler";
}

/// A plain tensor at a position, or null.
const at::Tensor *tensor_at(Inputs inputs, size_t position) {
  if (position >= inputs.size() || !inputs[position].isTensor()) return nullptr;
  const auto &tensor = inputs[position].toTensor();
  return tensor.defined() && !tensor.is_nested() ? &tensor : nullptr;
}

/// The multiplications per element of another tensor: the elements of a weight for one channel of its first dimension.
int64_t per_channel(const at::Tensor &weight) {
  int64_t count = 1;
  for (int64_t dim = 1; dim < weight.dim(); ++dim) count = times(count, weight.size(dim));
  return count;
}

/// A call of an operator that is being counted.
struct Call : at::ObserverContext {
  /// The count, or if it depends on the result, the count per element of the result.
  int64_t count = 0;
  bool is_per_element = false;
  bool is_uncounted = false;
  /// For an operator that nothing is known about: `changes` at its start.
  std::optional<uint64_t> changes;
};

/// The operators in progress on this thread that are counted: those that they call are not counted again.
thread_local int depth = 0;

std::optional<int64_t> of_product(Inputs inputs, size_t first) {
  const auto *a = tensor_at(inputs, first), *b = tensor_at(inputs, first + 1);
  if (!a || !b) return std::nullopt;
  return times(a->numel(), b->dim() > 1 ? b->size(-1) : 1);
}

std::optional<int64_t> of_attention(Inputs inputs) {
  const auto *query = tensor_at(inputs, 0), *key = tensor_at(inputs, 1), *value = tensor_at(inputs, 2);
  if (!query || !key || !value || query->dim() < 2 || key->dim() < 2 || value->dim() < 2) return std::nullopt;
  const auto width = query->size(-1);
  const auto rows = width == 0 ? 0 : query->numel() / width;
  return times(times(rows, key->size(-2)), width + value->size(-1));
}

std::optional<int64_t> of_recurrence(Inputs inputs, const std::vector<at::Tensor> &weights) {
  const auto *input = tensor_at(inputs, 0);
  if (!input || input->dim() == 0 || weights.empty()) return std::nullopt;
  const auto steps = input->size(-1) == 0 ? 0 : input->numel() / input->size(-1);
  int64_t count = 0;
  // Biases have one dimension.
  for (const auto &weight : weights) count += weight.dim() > 1 ? weight.numel() : 0;
  return times(steps, count);
}

/// Fills in what the arguments tell.
void read(Call &call, Cost cost, Inputs inputs) {
  std::optional<int64_t> count;
  switch (cost) {
    case Cost::product: count = of_product(inputs, 0); break;
    case Cost::added_product: count = of_product(inputs, 1); break;
    case Cost::convolution:
    case Cost::plain_convolution: {
      const auto *input = tensor_at(inputs, 0), *weight = tensor_at(inputs, 1);
      if (!input || !weight) break;
      const auto is_transposed =
          cost == Cost::convolution && inputs.size() > 6 && inputs[6].isBool() && inputs[6].toBool();
      call.is_per_element = !is_transposed;
      count = is_transposed ? times(input->numel(), per_channel(*weight)) : per_channel(*weight);
      break;
    }
    case Cost::attention: count = of_attention(inputs); break;
    case Cost::recurrent_layer: {
      const auto *first = tensor_at(inputs, 1), *second = tensor_at(inputs, 2);
      if (first && second) count = of_recurrence(inputs, {*first, *second});
      break;
    }
    case Cost::recurrent_layers:
      if (inputs.size() > 1 && inputs[1].isTensorList()) count = of_recurrence(inputs, inputs[1].toTensorVector());
      break;
    case Cost::unknown: break;
  }
  call.is_uncounted = !count;
  call.count = count.value_or(0);
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction &function) {
  if (depth > 0) return nullptr;
  auto *counter = ProductCount::current();
  if (!counter) return nullptr;
  const std::string_view name = function.name();
  const auto found = costs.find(name);
  if (found == costs.end()) {
    if (!is_foreign(name)) return nullptr;
    auto call = std::make_unique<Call>();
    call->changes = counter->changes();
    return call;
  }
  auto call = std::make_unique<Call>();
  read(*call, found->second, function.inputs());
  depth += 1;
  return call;
}

void end(const at::RecordFunction &function, at::ObserverContext *context) {
  const auto *call = static_cast<Call *>(context);
  if (!call) return;
  auto *counter = ProductCount::current();
  if (call->changes) {
    // An operator that calls counted ones is counted by them.
    if (counter && counter->changes() == *call->changes) counter->add_uncounted(function.name());
    return;
  }
  depth -= 1;
  if (!counter) return;
  if (call->is_uncounted) return counter->add_uncounted(function.name());
  auto count = call->count;
  if (call->is_per_element) {
    const auto &results = function.outputs();
    // A failed call has no result.
    if (results.empty() || !results[0].isTensor() || !results[0].toTensor().defined()) return;
    count = times(count, results[0].toTensor().numel());
  }
  counter->add(count);
}

struct ProductToken {
  std::shared_ptr<ProductCount> count = std::make_shared<ProductCount>();
  c10::DebugInfoGuard guard{ProductCount::kind, count};
  /// Set for the outermost count, whose callback serves all.
  std::optional<at::CallbackHandle> callback;

  ProductToken() {
    if (count->is_nested()) return;
    callback = at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end)
                                              .needsInputs(true)
                                              .needsOutputs(true)
                                              .scopes({at::RecordScope::FUNCTION}));
  }
  ~ProductToken() {
    if (callback) at::removeCallback(*callback);
  }
};

xylem_status products_begin(void **token, xylem_error *error) {
  return guarded(error, [&] { *token = new ProductToken; });
}

int64_t products_take(void *token, const xylem_text **uncounted, size_t *uncounted_count) {
  return static_cast<ProductToken *>(token)->count->take(uncounted, uncounted_count);
}

void products_end(void *token) { delete static_cast<ProductToken *>(token); }

}  // namespace

void add_products(xylem_tensor_runtime &table) {
  table.products_begin = products_begin;
  table.products_take = products_take;
  table.products_end = products_end;
}

}  // namespace xylem
