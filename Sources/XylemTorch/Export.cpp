#include "Export.h"

#include <torch/csrc/jit/frontend/schema_matching.h>
#include <torch/csrc/jit/ir/constants.h>

#include <cctype>
#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;
namespace aten = torch::jit::aten;
namespace attr = torch::jit::attr;
using c10::TypeKind;
using c10::TypePtr;

static TypePtr shared(const c10::Type *t) { return TypePtr(const_cast<c10::Type *>(t)); }

[[noreturn]] static void refuse_type(const jit::Value *value, const TypePtr &declared) {
  throw StatusError(XYLEM_FAILED, "a value of type " + value->type()->annotation_str() + " stands where code takes " +
                                      declared->annotation_str());
}

ForwardWriter::ForwardWriter(ObjectPtr root, const c10::FunctionSchema &forward, const std::vector<bool> &kept)
    : root_(std::move(root)), graph_(std::make_shared<jit::Graph>()) {
  self_ = graph_->addInput("self")->setType(root_->type());
  places_[root_.get()] = {nullptr, ""};
  find_objects(root_);
  for (size_t i = 1; i < forward.arguments().size(); ++i) {
    const auto &declared = forward.arguments()[i];
    if (i - 1 >= kept.size() || !kept[i - 1]) {
      inputs_.push_back(nullptr);
      continue;
    }
    arguments_.emplace_back(declared.name(), declared.type(), declared.N(), declared.default_value(),
                            declared.kwarg_only());
    inputs_.push_back(graph_->addInput(declared.name())->setType(declared.type()));
  }
  auto *training = attribute_value(self_, "training", c10::BoolType::get());
  branch_ = graph_->insertNode(graph_->create(prim::If, {training}, 1));
  branch_->output()->setType(result_type());
  branch_->addBlock();
  branch_->addBlock();
}

/// The path of each object, modules and others; the first path counts.
void ForwardWriter::find_objects(const ObjectPtr &object) {
  const auto type = object->type();
  for (size_t i = 0; i < type->numAttributes(); ++i) {
    const auto &slot = object->getSlot(i);
    if (!slot.isObject()) continue;
    const auto child = slot.toObject();
    if (places_.emplace(child.get(), Place{object.get(), type->getAttributeName(i)}).second) find_objects(child);
  }
}

void ForwardWriter::find_tensors() { find_tensors(root_); }

void ForwardWriter::find_tensors(const ObjectPtr &object) {
  const auto type = object->type();
  for (size_t i = 0; i < type->numAttributes(); ++i) {
    const auto &slot = object->getSlot(i);
    if (slot.isObject()) find_tensors(slot.toObject());
    if (!slot.isTensor()) continue;
    tensors_.emplace(slot.unsafeToTensorImpl(), Place{object.get(), type->getAttributeName(i)});
  }
}

TypePtr ForwardWriter::result_type() const {
  return c10::DictType::create(c10::StringType::get(), c10::TensorType::get());
}

jit::Block *ForwardWriter::block(bool is_training) const { return branch_->blocks()[is_training ? 0 : 1]; }

void ForwardWriter::begin(bool is_training) {
  results_[is_training];
  modules_.clear();
  graph_->setInsertPoint(block(is_training));
}

void ForwardWriter::refuse(bool is_training, const std::string &message) { refused_[is_training] = message; }

jit::Value *ForwardWriter::argument(size_t position) {
  if (position >= inputs_.size() || !inputs_[position]) {
    throw StatusError(XYLEM_INVALID_ARGUMENT, "forward has no such argument");
  }
  return inputs_[position];
}

jit::Value *ForwardWriter::attribute_value(Value *owner, const std::string &name, const TypePtr &type) {
  auto *node = graph_->insertNode(graph_->create(prim::GetAttr, {owner}, 1));
  node->s_(attr::name, name);
  return node->output()->setType(type);
}

jit::Value *ForwardWriter::module(const c10::ivalue::Object *object) {
  if (object == root_.get()) return self_;
  const auto known = modules_.find(object);
  if (known != modules_.end()) return known->second;
  const auto place = places_.find(object);
  if (place == places_.end()) throw StatusError(XYLEM_FAILED, "the code uses an object that is no part of the model");
  auto *made = attribute(module(place->second.parent), place->second.name);
  return modules_[object] = made;
}

jit::Value *ForwardWriter::constant(const IValue &value) {
  if (value.isObject()) return module(value.toObject().get());
  if (value.isTensor()) {
    const auto known = tensors_.find(value.unsafeToTensorImpl());
    if (known != tensors_.end()) return attribute(module(known->second.parent), known->second.name);
  }
  std::vector<Value *> elements;
  if (value.isList()) {
    for (const IValue &element : value.toListRef()) elements.push_back(constant(element));
    return container(XYLEM_LIST, value.type().get(), std::move(elements));
  }
  if (value.isTuple()) {
    for (const IValue &element : value.toTupleRef().elements()) elements.push_back(constant(element));
    return container(XYLEM_TUPLE, value.type().get(), std::move(elements));
  }
  if (value.isGenericDict()) {
    for (const auto &entry : value.toGenericDict()) {
      elements.push_back(constant(entry.key()));
      elements.push_back(constant(entry.value()));
    }
    return container(XYLEM_DICT, value.type().get(), std::move(elements));
  }
  auto constant = jit::tryInsertConstant(*graph_, value);
  if (!constant) {
    throw StatusError(XYLEM_FAILED, "a value of type " + value.type()->annotation_str() + " can't be written into code");
  }
  return *constant;
}

/// The declared type if it is of a kind and complete; optionals are unwrapped.
static TypePtr container_type(const c10::Type *declared, TypeKind kind) {
  while (declared && declared->kind() == TypeKind::OptionalType) declared = declared->containedTypes()[0].get();
  const bool says_all = declared && declared->kind() == kind && !declared->hasFreeVariables();
  return says_all ? shared(declared) : nullptr;
}

static TypePtr common_type(const std::vector<jit::Value *> &values, size_t start, size_t step) {
  TypePtr common;
  for (size_t i = start; i < values.size(); i += step) {
    const auto &found = values[i]->type();
    if (!common) {
      common = found;
      continue;
    }
    const auto unified = c10::unifyTypes(common, found);
    if (!unified) {
      throw StatusError(XYLEM_FAILED, "a container has elements of types " + common->annotation_str() + " and " +
                                          found->annotation_str());
    }
    common = *unified;
  }
  return common;
}

jit::Value *ForwardWriter::container(int32_t tag, const c10::Type *declared, std::vector<Value *> elements) {
  switch (tag) {
    case XYLEM_LIST: {
      const auto list = container_type(declared, TypeKind::ListType);
      TypePtr element = list ? list->containedType(0) : common_type(elements, 0, 1);
      if (!element) element = c10::TensorType::get();
      for (auto &value : elements) value = conform(value, element);
      return graph_->insertNode(graph_->createList(element, elements))->output();
    }
    case XYLEM_TUPLE: {
      const auto tuple = container_type(declared, TypeKind::TupleType);
      if (!tuple || tuple->containedTypes().size() != elements.size()) {
        return graph_->insertNode(graph_->createTuple(elements))->output();
      }
      for (size_t i = 0; i < elements.size(); ++i) elements[i] = conform(elements[i], tuple->containedType(i));
      const auto &type = tuple->expect<c10::TupleType>();
      return graph_->insertNode(graph_->createTuple(elements, type->schema() ? type : nullptr))->output();
    }
    default: {
      const auto dict = container_type(declared, TypeKind::DictType);
      TypePtr key = dict ? dict->containedType(0) : common_type(elements, 0, 2);
      TypePtr value = dict ? dict->containedType(1) : common_type(elements, 1, 2);
      if (!key) key = c10::StringType::get();
      if (!value) value = c10::TensorType::get();
      std::vector<Value *> keys, values;
      for (size_t i = 0; i + 1 < elements.size(); i += 2) {
        keys.push_back(conform(elements[i], key));
        values.push_back(conform(elements[i + 1], value));
      }
      return graph_->insertNode(graph_->createDict(key, value, keys, values))->output();
    }
  }
}

/// A container that was just created, created again for another type.
jit::Value *ForwardWriter::rebuilt(Value *value, const TypePtr &declared) {
  const auto kind = value->node()->kind();
  const std::vector<Value *> elements(value->node()->inputs().begin(), value->node()->inputs().end());
  if (kind == prim::ListConstruct && declared->kind() == TypeKind::ListType) {
    return container(XYLEM_LIST, declared.get(), elements);
  }
  const bool is_same_size = declared->containedTypes().size() == elements.size();
  if (kind == prim::TupleConstruct && declared->kind() == TypeKind::TupleType && is_same_size) {
    return container(XYLEM_TUPLE, declared.get(), elements);
  }
  if (kind == prim::DictConstruct && declared->kind() == TypeKind::DictType) {
    return container(XYLEM_DICT, declared.get(), elements);
  }
  return nullptr;
}

jit::Value *ForwardWriter::conform(Value *value, const TypePtr &declared) {
  const auto type = value->type();
  if (type->isSubtypeOf(*declared)) return value;
  if (declared->kind() == TypeKind::OptionalType) {
    const auto inner = declared->containedType(0);
    return conform(value, inner);
  }
  if (type->kind() == TypeKind::OptionalType) {
    return conform(graph_->insert(aten::_unwrap_optional, {value}), declared);
  }
  if (declared->kind() == TypeKind::FloatType && type->kind() == TypeKind::IntType) {
    const auto known = jit::toIValue(value);
    if (known) return graph_->insertConstant(static_cast<double>(known->toInt()));
    return graph_->insert(aten::Float, {value});
  }
  if (auto *made = rebuilt(value, declared)) return made;
  if (type->kind() == TypeKind::AnyType || type->kind() == TypeKind::UnionType) {
    return graph_->insertUncheckedCast(value, declared);
  }
  refuse_type(value, declared);
}

std::vector<jit::Value *> ForwardWriter::call(const Operator &op, std::vector<Value *> arguments) {
  const auto &schema = op.op->schema();
  if (is_missing(schema.name())) throw StatusError(XYLEM_FAILED, "nothing says what " + schema.name() + " takes");
  std::vector<jit::NamedValue> positional, named;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i >= schema.arguments().size()) {
      positional.emplace_back(arguments[i]);
      continue;
    }
    const auto &declared = schema.arguments()[i];
    auto *value = declared.type()->hasFreeVariables() ? arguments[i] : conform(arguments[i], declared.type());
    if (declared.kwarg_only()) {
      named.emplace_back(declared.name(), value);
    } else {
      positional.emplace_back(value);
    }
  }
  const jit::SourceRange nowhere;
  const auto matched = jit::matchSchema(schema, nowhere, *graph_, positional, named);
  auto *node = graph_->insertNode(graph_->create(c10::Symbol::fromQualString(schema.name()), matched.inputs, 0));
  for (const auto &type : matched.return_types) node->addOutput()->setType(type);
  const auto *found = node->maybeOperator();
  if (!found || found->schema() != schema) {
    throw StatusError(XYLEM_FAILED, "code can't tell this overload of " + schema.name() + " from another one");
  }
  return {node->outputs().begin(), node->outputs().end()};
}

std::vector<jit::Value *> ForwardWriter::call(jit::Graph &code, std::vector<Value *> arguments) {
  if (arguments.size() != code.inputs().size()) {
    throw StatusError(XYLEM_INVALID_ARGUMENT, "the code takes another number of arguments");
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto &declared = code.inputs()[i]->type();
    auto *value = conform(arguments[i], declared);
    const bool is_open = declared->kind() == TypeKind::OptionalType || declared->kind() == TypeKind::UnionType ||
                         declared->kind() == TypeKind::AnyType;
    if (is_open && *value->type() != *declared) {
      // The code was compiled for the wider type, and checks which one it got.
      if (value->type()->kind() == TypeKind::NoneType && declared->kind() == TypeKind::OptionalType) {
        value = graph_->insertConstant(IValue())->setType(declared);
      } else {
        value = graph_->insertUncheckedCast(value, declared);
      }
    }
    arguments[i] = value;
  }
  check_savable(code.block());
  return jit::insertGraph(*graph_, code, arguments);
}

jit::Value *ForwardWriter::element(Value *container, int64_t index) {
  if (container->type()->kind() == TypeKind::OptionalType) {
    container = graph_->insert(aten::_unwrap_optional, {container});
  }
  const auto type = container->type();
  switch (type->kind()) {
    case TypeKind::TupleType: {
      const auto elements = type->containedTypes();
      if (index < 0) index += static_cast<int64_t>(elements.size());
      if (index < 0 || index >= static_cast<int64_t>(elements.size())) {
        throw StatusError(XYLEM_FAILED, "the tuple has no such element");
      }
      auto *position = graph_->insertConstant(index);
      return graph_->insertNode(graph_->createTupleIndex(container, position, elements[index]))->output();
    }
    case TypeKind::ListType:
    case TypeKind::DictType: return graph_->insert(aten::__getitem__, {container, graph_->insertConstant(index)});
    default: throw StatusError(XYLEM_FAILED, "a value of type " + type->annotation_str() + " has no known elements");
  }
}

jit::Value *ForwardWriter::element(Value *container, const std::string &key) {
  const auto type = container->type();
  if (type->kind() == TypeKind::DictType) {
    return graph_->insert(aten::__getitem__, {container, graph_->insertConstant(key)});
  }
  if (type->kind() == TypeKind::TupleType && type->expectRef<c10::TupleType>().schema()) {
    const auto &fields = type->expectRef<c10::TupleType>().schema()->arguments();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name() == key) return element(container, static_cast<int64_t>(i));
    }
  }
  throw StatusError(XYLEM_FAILED, "a value of type " + type->annotation_str() + " has no part '" + key + "'");
}

jit::Value *ForwardWriter::attribute(Value *owner, const std::string &name) {
  const auto type = owner->type()->cast<c10::ClassType>();
  if (!type) throw StatusError(XYLEM_FAILED, "a value of type " + owner->type()->annotation_str() + " has no attributes");
  if (const auto found = type->findAttribute(name)) return attribute_value(owner, name, found);
  if (const auto fixed = type->findConstant(name)) return constant(*fixed);
  throw StatusError(XYLEM_FAILED, "the object has no attribute '" + name + "'");
}

void ForwardWriter::set_attribute(Value *owner, const std::string &name, Value *value) {
  const auto type = owner->type()->cast<c10::ClassType>();
  const auto declared = type ? type->findAttribute(name) : nullptr;
  if (!declared) throw StatusError(XYLEM_FAILED, "the object has no attribute '" + name + "'");
  graph_->insertNode(graph_->createSetAttr(owner, name, conform(value, declared)));
}

void ForwardWriter::raise(const std::string &message) {
  auto *text = graph_->insertConstant(message);
  auto *none = graph_->insertConstant(IValue());
  graph_->insertNode(graph_->create(prim::RaiseException, {text, none}, 0));
}

void ForwardWriter::check(Value *condition, bool expected, const std::string &message) {
  if (condition->type()->kind() != TypeKind::BoolType) condition = graph_->insert(aten::Bool, {condition});
  auto *node = graph_->insertNode(graph_->create(prim::If, {condition}, 0));
  node->addBlock();
  node->addBlock();
  jit::WithInsertPoint there(node->blocks()[expected ? 1 : 0]);
  raise(message);
}

/// Only tensors are features: the caller reports more about anything else.
static void check_may_be_tensor(const jit::Value *value) {
  const auto type = value->type();
  if (!c10::TensorType::get()->isSubtypeOf(*type)) throw StatusError(XYLEM_INVALID_ARGUMENT, type->annotation_str());
}

jit::Value *ForwardWriter::clone(Value *tensor) {
  check_may_be_tensor(tensor);
  return graph_->insert(aten::clone, {conform(tensor, c10::TensorType::get())});
}

/// Names that written code calls or uses otherwise.
static bool is_reserved(const std::string &name) {
  static const std::unordered_set<std::string> names = {
      "bool",   "int",       "float",  "complex", "str",   "len",   "list",  "dict",          "tuple",      "set",
      "print",  "range",     "device", "torch",   "ops",   "self",  "fork",  "annotate",      "isinstance", "getattr",
      "hasattr", "unchecked_cast", "uninitialized", "CONSTANTS", "__torch__", "inf", "nan",   "infj", "nanj", "abs",
      "max",    "min",       "sum",    "any",     "all",   "round", "pow",   "sorted",        "zip",        "enumerate",
      "format", "hash",      "id",     "ord",     "chr",   "type",  "Tensor", "List",         "Dict",       "Optional"};
  return names.count(name) != 0;
}

void ForwardWriter::name(Value *value, const std::string &name) {
  const bool is_valid = !name.empty() && (std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_');
  if (value->node()->kind() != prim::Param && !value->hasDebugName() && is_valid) {
    value->setDebugName(is_reserved(name) ? name + "_value" : name);
  }
}

void ForwardWriter::result(const std::string &key, Value *value) {
  check_may_be_tensor(value);
  for (auto &[training, results] : results_) {
    if (graph_->insertPoint()->owningBlock() == block(training)) {
      results.emplace_back(key, conform(value, c10::TensorType::get()));
    }
  }
}

}  // namespace xylem
