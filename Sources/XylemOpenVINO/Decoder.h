// A graph of operators in the form that OpenVINO's PyTorch frontend reads.
#pragma once

#include <openvino/frontend/pytorch/decoder.hpp>
#include <xylem_engine.h>

#include <memory>
#include <string>
#include <vector>

namespace xylem {

/// Numbers for the values of a graph as the frontend sees them: each use of a constant is a node of its own.
struct Program;

/// A whole graph, or one node of it.
class Decoder final : public ov::frontend::pytorch::TorchDecoder {
 public:
  /// The whole graph.
  explicit Decoder(std::shared_ptr<const Program> program);
  /// The node with an index in the program.
  Decoder(std::shared_ptr<const Program> program, size_t node);

  const std::vector<size_t> &inputs() const override { return inputs_; }
  const std::vector<size_t> &outputs() const override { return outputs_; }
  size_t output(size_t index) const override { return outputs_.at(index); }
  size_t num_of_outputs() const override { return outputs_.size(); }
  size_t output_list_size() const override { return 0; }
  const std::string &get_input_debug_name(size_t index) const override { return input_names_.at(index); }
  const std::string &get_input_signature_name(size_t index) const override { return input_names_.at(index); }
  const std::string &get_output_debug_name(size_t index) const override { return output_names_.at(index); }
  ov::PartialShape get_input_shape(size_t index) const override;
  ov::PartialShape get_output_shape(size_t) const override { return ov::PartialShape::dynamic(); }
  const std::vector<size_t> &get_input_strides(size_t) const override { return no_strides_; }
  ov::Any get_input_type(size_t index) const override;
  ov::Any get_output_type(size_t index) const override;
  bool input_is_none(size_t index) const override;
  ov::OutputVector as_constant() const override;
  const std::string &as_string() const override { return text_; }
  const std::string &get_op_type() const override { return type_; }
  const std::string &get_schema() const override { return schema_; }
  size_t get_subgraph_size() const override { return is_graph_ ? 1 : 0; }
  void visit_subgraph(std::function<void(std::shared_ptr<TorchDecoder>)> visit) const override;
  bool may_produce_alias(size_t, size_t) const override { return false; }
  std::shared_ptr<ov::Node> mark_node(std::shared_ptr<ov::Node> node) const override { return node; }
  const std::string &decoder_type_name() const override { return decoder_; }

  // What graphs of operators with known shapes do not have.
  ov::Any const_input(size_t) const override { return {}; }
  ov::OutputVector try_decode_get_attr() const override { return {}; }
  std::shared_ptr<TorchDecoder> get_subgraph_decoder(size_t) const override { return nullptr; }
  bool is_input_inlined(size_t) const override { return false; }
  std::shared_ptr<TorchDecoder> get_inlined_input_decoder(size_t) const override { return nullptr; }
  ov::Any get_attribute(const std::string &) const override { return {}; }
  size_t get_named_input(const std::string &name) const override;
  ov::frontend::pytorch::DecoderRTInfo get_rt_info() const override { return {}; }
  bool has_converter() const override { return false; }
  ov::OutputVector convert(const ov::frontend::NodeContext *) const override { return {}; }

 private:
  void set(std::vector<size_t> inputs, std::vector<size_t> outputs);

  std::shared_ptr<const Program> program_;
  bool is_graph_;
  size_t node_ = 0;
  std::vector<size_t> inputs_, outputs_;
  std::vector<std::string> input_names_, output_names_;
  std::string type_, schema_, text_;
  const std::string decoder_ = "ts";
  const std::vector<size_t> no_strides_;
};

/// The decoder of a graph, which must outlive it, as must the graph's constants.
std::shared_ptr<Decoder> decoder(const xylem_engine_graph &graph);

/// The element type of a dtype; `dynamic` for one that the engine lacks.
ov::element::Type element_type(int32_t dtype);

}  // namespace xylem
