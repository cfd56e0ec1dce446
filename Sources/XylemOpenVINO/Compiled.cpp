#include "Compiled.h"
#include "Decoder.h"

#include <openvino/frontend/pytorch/frontend.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/util/framework_node.hpp>
#include <openvino/runtime/properties.hpp>

#include <malloc.h>

#include <set>

namespace xylem {

/// OpenVINO's core: its plugins are loaded once in a process. Never destroyed, since compiled graphs may end after it.
static ov::Core &core() {
  static auto &core = *new ov::Core;
  return core;
}

/// The operators that the frontend left as they are.
static std::string unconverted(const std::shared_ptr<ov::Model> &model) {
  std::set<std::string> names;
  for (const auto &node : model->get_ordered_ops()) {
    const auto framework = std::dynamic_pointer_cast<ov::op::util::FrameworkNode>(node);
    if (!framework) continue;
    const auto &attributes = framework->get_attrs();
    const auto name = attributes.find("PtTypeName");
    names.insert(name == attributes.end() ? attributes.get_type_name() : name->second);
  }
  std::string joined;
  for (const auto &name : names) joined += (joined.empty() ? "" : " ") + name;
  return joined;
}

static ov::Shape shape_of(const xylem_engine_value &value) {
  return ov::Shape(value.sizes, value.sizes + value.dimensions);
}

/// What a result's elements are copied from, with other sizes: OpenVINO may share memory with it.
static const ov::Node *origin(const std::shared_ptr<ov::Node> &result) {
  auto output = result->input_value(0);
  while (true) {
    const auto node = output.get_node_shared_ptr();
    const std::string type = node->get_type_name();
    static const std::set<std::string> views = {"Reshape",      "Squeeze", "Unsqueeze", "Identity",      "Transpose", "Convert",
                                                "StridedSlice", "Slice",   "Split",     "VariadicSplit", "Gather",    "Broadcast"};
    if (!views.count(type) || node->get_input_size() == 0) return node.get();
    output = node->input_value(0);
  }
}

Compiled::Compiled(const xylem_engine_graph &graph, const xylem_engine_options &options) {
  const auto port = [&](uint32_t number) {
    const auto &value = graph.values[number];
    const Port port{element_type(value.dtype), shape_of(value)};
    if (port.type == ov::element::dynamic) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "a tensor has elements of a type that OpenVINO lacks");
    }
    // It would compute in float32, and give that as float64.
    if (port.type == ov::element::f64) throw StatusError(XYLEM_INVALID_ARGUMENT, "OpenVINO does not compute in float64");
    return port;
  };
  for (size_t i = 0; i < graph.input_count; ++i) inputs_.push_back(port(graph.inputs[i]));
  for (size_t i = 0; i < graph.output_count; ++i) outputs_.push_back(port(graph.outputs[i]));

  ov::frontend::pytorch::FrontEnd frontend;
  const std::shared_ptr<ov::frontend::IDecoder> source = decoder(graph);
  const auto model = frontend.convert_partially(frontend.load(source));
  const auto missing = unconverted(model);
  if (!missing.empty()) throw StatusError(XYLEM_UNKNOWN_OPERATOR, missing);
  if (model->inputs().size() != inputs_.size() || model->outputs().size() != outputs_.size()) {
    throw StatusError(XYLEM_INVALID_ARGUMENT, "OpenVINO's model has other inputs or outputs");
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const auto &output = model->output(i);
    if (!output.get_partial_shape().is_static() || output.get_shape() != outputs_[i].shape) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "OpenVINO gives a result another shape");
    }
    if (output.get_element_type() != outputs_[i].type) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "OpenVINO gives a result elements of another type");
    }
  }
  // With tensors bound, a result that only views an input is written over that input.
  for (const auto &result : model->get_results()) {
    if (std::string(origin(result)->get_type_name()) == "Parameter") {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "a result only views an input");
    }
  }
  const auto precision = options.precision == XYLEM_ENGINE_BF16 ? ov::element::bf16 : ov::element::f32;
  model_ = core().compile_model(model, "CPU", ov::hint::inference_precision(precision),
                                ov::inference_num_threads(options.threads), ov::num_streams(1),
                                ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
                                // Pinned threads wait for their core while another is idle.
                                ov::hint::enable_cpu_pinning(false));
  // What compiling needed goes back to the system.
  malloc_trim(0);
}

ov::InferRequest Compiled::take() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      auto request = std::move(idle_.back());
      idle_.pop_back();
      return request;
    }
  }
  return model_.create_infer_request();
}

void Compiled::give_back(ov::InferRequest request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(request));
}

void Compiled::run(const void *const *inputs, void *const *outputs) {
  auto request = take();
  for (size_t i = 0; i < inputs_.size(); ++i) {
    request.set_input_tensor(i, ov::Tensor(inputs_[i].type, inputs_[i].shape, const_cast<void *>(inputs[i])));
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    request.set_output_tensor(i, ov::Tensor(outputs_[i].type, outputs_[i].shape, outputs[i]));
  }
  request.infer();
  give_back(std::move(request));
}

}  // namespace xylem
