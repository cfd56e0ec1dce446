#include "Decoder.h"

#include <openvino/frontend/complex_type_mark.hpp>
#include <openvino/op/constant.hpp>

#include <stdexcept>

namespace xylem {

namespace types = ov::frontend::type;

/// The nodes of a graph in the order in which the frontend sees them: constants and lists come before the first node
/// that reads them.
struct Program {
  struct Step {
    enum class Kind { constant, list, unpack, call } kind;
    uint32_t value;                // of constants, lists
    const xylem_engine_node *node; // of calls
  };

  xylem_engine_graph graph;
  std::vector<Step> steps;

  explicit Program(const xylem_engine_graph &graph) : graph(graph) {
    std::vector<bool> is_known(graph.value_count);
    for (size_t i = 0; i < graph.input_count; ++i) is_known.at(graph.inputs[i]) = true;
    for (size_t i = 0; i < graph.node_count; ++i) {
      const auto &node = *graph.nodes[i];
      for (size_t k = 0; k < node.input_count; ++k) need(node.inputs[k], is_known);
      steps.push_back({Step::Kind::call, 0, &node});
      for (size_t k = 0; k < node.output_count; ++k) {
        const auto number = node.outputs[k];
        is_known.at(number) = true;
        const auto &value = graph.values[number];
        if (value.kind != XYLEM_ENGINE_LIST) continue;
        steps.push_back({Step::Kind::unpack, number, nullptr});
        for (size_t e = 0; e < value.count; ++e) is_known.at(value.elements[e]) = true;
      }
    }
  }

 private:
  void need(uint32_t number, std::vector<bool> &is_known) {
    if (is_known.at(number)) return;
    is_known[number] = true;
    const auto &value = graph.values[number];
    if (value.kind == XYLEM_ENGINE_COMPUTED) throw std::invalid_argument("a tensor is read that no node computes");
    if (value.kind == XYLEM_ENGINE_OTHER) throw std::invalid_argument("a value has a form that is not known");
    if (value.kind == XYLEM_ENGINE_LIST) {
      for (size_t i = 0; i < value.count; ++i) need(value.elements[i], is_known);
      steps.push_back({Step::Kind::list, number, nullptr});
    } else {
      steps.push_back({Step::Kind::constant, number, nullptr});
    }
  }
};

ov::element::Type element_type(int32_t dtype) {
  switch (dtype) {
    case 0: return ov::element::u8;
    case 1: return ov::element::i8;
    case 2: return ov::element::i16;
    case 3: return ov::element::i32;
    case 4: return ov::element::i64;
    case 5: return ov::element::f16;
    case 6: return ov::element::f32;
    case 7: return ov::element::f64;
    case 11: return ov::element::boolean;
    case 15: return ov::element::bf16;
    default: return ov::element::dynamic;
  }
}

static ov::Any type_of(const xylem_engine_value &value) {
  switch (value.kind) {
    case XYLEM_ENGINE_NONE: return types::PyNone();
    case XYLEM_ENGINE_BOOL: return types::PyScalar(ov::Any(ov::element::boolean));
    case XYLEM_ENGINE_INT: return types::PyScalar(ov::Any(ov::element::i64));
    case XYLEM_ENGINE_DOUBLE: return types::PyScalar(ov::Any(ov::element::f32));
    case XYLEM_ENGINE_STRING: return types::Str();
    case XYLEM_ENGINE_BOOLS: return types::List(types::PyScalar(ov::Any(ov::element::boolean)));
    case XYLEM_ENGINE_INTS: return types::List(types::PyScalar(ov::Any(ov::element::i64)));
    case XYLEM_ENGINE_DOUBLES: return types::List(types::PyScalar(ov::Any(ov::element::f32)));
    case XYLEM_ENGINE_LIST: return types::List(types::Tensor(ov::Any(ov::element::f32)));
    default: return types::Tensor(ov::Any(element_type(value.dtype)));
  }
}

static ov::Shape shape_of(const xylem_engine_value &value) {
  return ov::Shape(value.sizes, value.sizes + value.dimensions);
}

Decoder::Decoder(std::shared_ptr<const Program> program) : program_(std::move(program)), is_graph_(true) {
  const auto &graph = program_->graph;
  set({graph.inputs, graph.inputs + graph.input_count}, {graph.outputs, graph.outputs + graph.output_count});
}

Decoder::Decoder(std::shared_ptr<const Program> program, size_t node)
    : program_(std::move(program)), is_graph_(false), node_(node) {
  const auto &step = program_->steps.at(node_);
  const auto &value = program_->graph.values[step.value];
  switch (step.kind) {
    case Program::Step::Kind::constant:
      type_ = "prim::Constant";
      if (value.kind == XYLEM_ENGINE_STRING) text_.assign(value.text.bytes, value.text.count);
      set({}, {step.value});
      break;
    case Program::Step::Kind::list:
      type_ = "prim::ListConstruct";
      set({value.elements, value.elements + value.count}, {step.value});
      break;
    case Program::Step::Kind::unpack:
      type_ = "prim::ListUnpack";
      set({step.value}, {value.elements, value.elements + value.count});
      break;
    case Program::Step::Kind::call: {
      const auto &call = *step.node;
      type_.assign(call.name.bytes, call.name.count);
      schema_.assign(call.schema.bytes, call.schema.count);
      set({call.inputs, call.inputs + call.input_count}, {call.outputs, call.outputs + call.output_count});
    }
  }
}

void Decoder::set(std::vector<size_t> inputs, std::vector<size_t> outputs) {
  inputs_ = std::move(inputs);
  outputs_ = std::move(outputs);
  for (auto number : inputs_) input_names_.push_back(std::to_string(number));
  for (auto number : outputs_) output_names_.push_back(std::to_string(number));
}

ov::PartialShape Decoder::get_input_shape(size_t index) const {
  const auto &value = program_->graph.values[inputs_.at(index)];
  return is_graph_ ? ov::PartialShape(shape_of(value)) : ov::PartialShape::dynamic();
}

ov::Any Decoder::get_input_type(size_t index) const { return type_of(program_->graph.values[inputs_.at(index)]); }
ov::Any Decoder::get_output_type(size_t index) const { return type_of(program_->graph.values[outputs_.at(index)]); }

bool Decoder::input_is_none(size_t index) const {
  return index >= inputs_.size() || program_->graph.values[inputs_[index]].kind == XYLEM_ENGINE_NONE;
}

ov::OutputVector Decoder::as_constant() const {
  if (is_graph_ || program_->steps[node_].kind != Program::Step::Kind::constant) return {};
  using ov::op::v0::Constant;
  const auto &value = program_->graph.values[program_->steps[node_].value];
  switch (value.kind) {
    case XYLEM_ENGINE_BOOL: return Constant::create(ov::element::boolean, {}, {value.integer != 0})->outputs();
    case XYLEM_ENGINE_INT: return Constant::create(ov::element::i64, {}, {value.integer})->outputs();
    case XYLEM_ENGINE_DOUBLE: return Constant::create(ov::element::f32, {}, {value.number})->outputs();
    case XYLEM_ENGINE_BOOLS: {
      const std::vector<char> flags(value.integers, value.integers + value.count);
      return Constant::create(ov::element::boolean, {value.count}, flags)->outputs();
    }
    case XYLEM_ENGINE_INTS:
      return std::make_shared<Constant>(ov::element::i64, ov::Shape{value.count}, value.integers)->outputs();
    case XYLEM_ENGINE_DOUBLES: {
      const std::vector<double> numbers(value.numbers, value.numbers + value.count);
      return Constant::create(ov::element::f32, {value.count}, numbers)->outputs();
    }
    case XYLEM_ENGINE_CONSTANT:
      // The caller keeps the elements: no copy.
      return std::make_shared<Constant>(element_type(value.dtype), shape_of(value), value.data,
                                        std::shared_ptr<void>())->outputs();
    default: return {};
  }
}

void Decoder::visit_subgraph(std::function<void(std::shared_ptr<TorchDecoder>)> visit) const {
  if (!is_graph_) return;
  for (size_t i = 0; i < program_->steps.size(); ++i) visit(std::make_shared<Decoder>(program_, i));
}

size_t Decoder::get_named_input(const std::string &name) const {
  throw std::invalid_argument("operators have no input named " + name);
}

std::shared_ptr<Decoder> decoder(const xylem_engine_graph &graph) {
  return std::make_shared<Decoder>(std::make_shared<const Program>(graph));
}

}  // namespace xylem
