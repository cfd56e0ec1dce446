// Plans written as TorchScript.
#pragma once

#include "Callables.h"

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace xylem {

using ObjectPtr = c10::intrusive_ptr<c10::ivalue::Object>;

/// A `forward` that is built step by step: a block for each mode, which returns a dictionary of tensors.
///
/// The model is read and not changed. Modules have the model's own types until `save` gives them their own types, with
/// only what the code reads.
class ForwardWriter {
 public:
  using Value = torch::jit::Value;

  /// `kept`: for each argument of `forward`, except for the module itself, whether the written `forward` takes it too.
  ForwardWriter(ObjectPtr root, const c10::FunctionSchema &forward, const std::vector<bool> &kept);

  /// Has constants that are one of the root's tensors read from the module that holds them.
  void find_tensors();

  /// Begins the code of a mode. The modes are written one after the other.
  void begin(bool is_training);
  /// Sets the error that calling the module in a mode without a plan raises.
  void refuse(bool is_training, const std::string &message);

  Value *argument(size_t position);
  Value *constant(const IValue &value);
  Value *container(int32_t tag, const c10::Type *declared, std::vector<Value *> elements);
  std::vector<Value *> call(const Operator &op, std::vector<Value *> arguments);
  std::vector<Value *> call(torch::jit::Graph &code, std::vector<Value *> arguments);
  Value *element(Value *container, int64_t index);
  Value *element(Value *container, const std::string &key);
  Value *attribute(Value *owner, const std::string &name);
  void set_attribute(Value *owner, const std::string &name, Value *value);
  void check(Value *condition, bool expected, const std::string &message);
  Value *clone(Value *tensor);
  void name(Value *value, const std::string &name);
  void result(const std::string &key, Value *value);

  /// The archive's bytes, read back once to check that they hold the same code. Nothing can be added afterwards.
  std::string save(bool is_training);

 private:
  using Results = std::vector<std::pair<std::string, Value *>>;
  struct Place {
    const c10::ivalue::Object *parent;
    std::string name;
  };

  void find_objects(const ObjectPtr &object);
  void find_tensors(const ObjectPtr &object);
  Value *module(const c10::ivalue::Object *object);
  /// Converts a value to the receiver's type as the language does implicitly, or throws.
  Value *conform(Value *value, const c10::TypePtr &declared);
  Value *rebuilt(Value *value, const c10::TypePtr &declared);
  void raise(const std::string &message);
  torch::jit::Value *attribute_value(Value *owner, const std::string &name, const c10::TypePtr &type);
  c10::TypePtr result_type() const;
  torch::jit::Block *block(bool is_training) const;

  ObjectPtr root_;
  std::shared_ptr<torch::jit::Graph> graph_;
  torch::jit::Value *self_;
  torch::jit::Node *branch_;
  std::vector<c10::Argument> arguments_;
  std::vector<Value *> inputs_;
  std::unordered_map<const c10::ivalue::Object *, Place> places_;
  std::unordered_map<const c10::TensorImpl *, Place> tensors_;
  std::unordered_map<const c10::ivalue::Object *, Value *> modules_;
  std::map<bool, Results> results_;
  std::map<bool, std::string> refused_;
};

/// A module with tensors at paths: modules on the way are made too.
///
/// `kinds`: 0 a parameter, 1 a buffer, 2 a tensor that is neither.
ObjectPtr module_with_tensors(const std::vector<std::string> &paths, const std::vector<at::Tensor> &tensors,
                              const std::vector<uint8_t> &kinds);

/// The schema of a `forward` with arguments of types that are written as in Python.
c10::FunctionSchema forward_schema(const ObjectPtr &root, const std::vector<std::string> &names,
                                   const std::vector<std::string> &types);

/// Gives a graph's modules their own types, with the attributes that it reads or writes, and objects of those types.
///
/// Returns the new root. Attributes share their values with the model.
ObjectPtr fresh_modules(torch::jit::Graph &graph, const ObjectPtr &root, bool is_training,
                        const std::shared_ptr<torch::jit::CompilationUnit> &unit);

/// Throws a `StatusError` if a graph contains something that can't be saved.
void check_savable(const torch::jit::Block *block);

/// Takes the branch if a condition is known, as reading the code back would.
///
/// Unlike the runtime's own pass it removes nothing else: an operator whose result is unused may update statistics.
void fold_branches(torch::jit::Graph &graph);

/// Removes unused reads of attributes and constants.
void drop_unused_reads(torch::jit::Block *block);

/// The operators that a graph calls, in order, without the language's own constructs.
std::vector<std::string> operators_of(const torch::jit::Block *block);

}  // namespace xylem
