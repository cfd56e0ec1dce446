// From a finished graph to an archive's bytes.
#include "Export.h"

#include <torch/csrc/jit/frontend/schema_matching.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <sstream>
#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;
namespace aten = torch::jit::aten;
namespace attr = torch::jit::attr;
using c10::TypeKind;
using RawObject = const c10::ivalue::Object *;

static bool is_module(const c10::TypePtr &type) {
  const auto found = type->cast<c10::ClassType>();
  return found && found->is_module();
}

/// Whether a type is a module's, or contains one.
static bool holds_modules(const c10::TypePtr &type) {
  if (is_module(type) || type->kind() == TypeKind::InterfaceType) return true;
  const auto inner = type->containedTypes();
  return type->kind() != TypeKind::ClassType && std::any_of(inner.begin(), inner.end(), holds_modules);
}

void check_savable(const jit::Block *block) {
  for (const auto *node : block->nodes()) {
    switch (node->kind()) {
      case prim::CallMethod:
        throw StatusError(XYLEM_FAILED, "what it calls as '" + node->s(attr::name) + "' is known only when it runs");
      case prim::CallFunction: throw StatusError(XYLEM_FAILED, "it calls a function that is known only when it runs");
      case prim::fork: throw StatusError(XYLEM_FAILED, "it runs a part in a task of its own");
      case prim::Enter: {
        const auto type = node->input()->type()->cast<c10::ClassType>();
        if (type && type->name() && type->name()->name().find("autocast") != std::string::npos) {
          throw StatusError(XYLEM_FAILED, "it has an autocast block");
        }
        break;
      }
      default: break;
    }
    const std::string name = node->kind().toQualString();
    if (is_missing(name)) throw StatusError(XYLEM_FAILED, "nothing says what " + name + " takes");
    for (const auto *inner : node->blocks()) check_savable(inner);
  }
}

void drop_unused_reads(jit::Block *block) {
  for (auto it = block->nodes().rbegin(); it != block->nodes().rend();) {
    auto *node = *it++;
    for (auto *inner : node->blocks()) drop_unused_reads(inner);
    const bool only_reads = node->kind() == prim::GetAttr || node->kind() == prim::Constant;
    if (only_reads && !node->hasUses()) node->destroy();
  }
}

static void add_operators(const jit::Block *block, std::vector<std::string> &found) {
  for (const auto *node : block->nodes()) {
    if (!node->kind().is_prim() && node->kind() != aten::_unwrap_optional) {
      const auto *target = node->maybeOperator();
      found.push_back(target ? jit::getFullSchemaName(target->schema()) : node->kind().toQualString());
    }
    for (const auto *inner : node->blocks()) add_operators(inner, found);
  }
}

std::vector<std::string> operators_of(const jit::Block *block) {
  std::vector<std::string> found;
  add_operators(block, found);
  return found;
}

namespace {

/// The module of each value of a graph, and its used attributes.
class ModuleReads {
 public:
  ModuleReads(jit::Graph &graph, const ObjectPtr &root) {
    objects_[graph.inputs()[0]] = root;
    read(graph.block());
  }

  bool uses(RawObject object, const std::string &name) const {
    const auto found = used_.find(object);
    return found != used_.end() && found->second.count(name) != 0;
  }
  const std::unordered_map<jit::Value *, ObjectPtr> &objects() const { return objects_; }

 private:
  void read(jit::Block *block) {
    for (auto *node : block->nodes()) {
      const bool accesses = node->kind() == prim::GetAttr || node->kind() == prim::SetAttr;
      if (accesses && objects_.count(node->input(0))) {
        access(node);
      } else {
        for (const auto *input : node->inputs()) refuse(input);
        for (const auto *output : node->outputs()) refuse(output);
      }
      for (auto *inner : node->blocks()) {
        for (const auto *input : inner->inputs()) refuse(input);
        read(inner);
        for (const auto *output : inner->outputs()) refuse(output);
      }
    }
  }

  void access(jit::Node *node) {
    const auto owner = objects_.at(node->input(0));
    const auto &name = node->s(attr::name);
    used_[owner.get()].insert(name);
    if (node->kind() == prim::SetAttr) return refuse(node->input(1));
    if (!owner->type()->hasAttribute(name)) return;
    const auto value = owner->getAttr(name);
    if (is_module(node->output()->type()) && value.isObject()) {
      objects_[node->output()] = value.toObject();
    } else {
      refuse(node->output());
    }
  }

  static void refuse(const jit::Value *value) {
    if (holds_modules(value->type())) throw StatusError(XYLEM_FAILED, "its code chooses a module while it runs");
  }

  std::unordered_map<jit::Value *, ObjectPtr> objects_;
  std::unordered_map<RawObject, std::unordered_set<std::string>> used_;
};

/// Creates classes and objects with the used attributes, children before parents.
class FreshModules {
 public:
  FreshModules(const ModuleReads &reads, const ObjectPtr &root, bool is_training,
               std::shared_ptr<jit::CompilationUnit> unit)
      : reads_(reads), root_(root), is_training_(is_training), unit_(std::move(unit)) {}

  ObjectPtr make(const ObjectPtr &source) {
    const auto known = made_.find(source.get());
    if (known != made_.end()) return known->second;
    const auto old = source->type();
    auto fresh = c10::ClassType::create(name(*old), unit_, /*is_module=*/true);
    unit_->register_type(fresh);
    std::vector<IValue> values;
    bool has_mode = false;
    for (size_t i = 0; i < old->numAttributes(); ++i) {
      const auto &attribute = old->getAttributeName(i);
      const bool is_mode = attribute == "training";
      has_mode = has_mode || is_mode;
      if (!is_mode && !reads_.uses(source.get(), attribute)) continue;
      auto type = old->getAttribute(i);
      auto value = is_mode ? IValue(mode(*source)) : source->getSlot(i);
      if (is_module(type)) {
        const auto child = make(value.toObject());
        type = child->type();
        value = child;
      }
      fresh->addAttribute(attribute, type, old->is_parameter(i), old->is_buffer(i));
      values.push_back(std::move(value));
    }
    if (!has_mode) {
      fresh->addAttribute("training", c10::BoolType::get());
      values.emplace_back(is_training_);
    }
    auto object = c10::ivalue::Object::create(c10::StrongTypePtr(unit_, fresh), values.size());
    for (size_t i = 0; i < values.size(); ++i) object->setSlot(i, std::move(values[i]));
    return made_[source.get()] = object;
  }

 private:
  static const c10::IValue *flag(const c10::ivalue::Object &object) {
    const auto slot = object.type()->findAttributeSlot("training");
    return slot && object.getSlot(*slot).isBool() ? &object.getSlot(*slot) : nullptr;
  }

  /// Modules whose mode differs from the root's keep theirs.
  bool mode(const c10::ivalue::Object &object) const {
    const auto *own = flag(object);
    const auto *roots = flag(*root_);
    return own && roots && own->toBool() != roots->toBool() ? own->toBool() : is_training_;
  }

  c10::QualifiedName name(const c10::ClassType &type) const {
    std::vector<std::string> atoms;
    if (type.name()) {
      for (const auto &atom : type.name()->atoms()) {
        if (atom.rfind("___torch_mangle_", 0) != 0) atoms.push_back(atom);
      }
    }
    return unit_->mangle(atoms.empty() ? c10::QualifiedName("__torch__.Module") : c10::QualifiedName(atoms));
  }

  const ModuleReads &reads_;
  const ObjectPtr &root_;
  const bool is_training_;
  const std::shared_ptr<jit::CompilationUnit> unit_;
  std::unordered_map<RawObject, ObjectPtr> made_;
};

}  // namespace

ObjectPtr fresh_modules(jit::Graph &graph, const ObjectPtr &root, bool is_training,
                        const std::shared_ptr<jit::CompilationUnit> &unit) {
  const ModuleReads reads(graph, root);
  FreshModules fresh(reads, root, is_training, unit);
  auto made = fresh.make(root);
  for (const auto &[value, object] : reads.objects()) value->setType(fresh.make(object)->type());
  return made;
}

/// Reads an archive back and compares its operators with the written ones: a name may resolve to another overload
/// there.
static void check_reads_back(const std::string &bytes, const jit::Graph &written) {
  std::istringstream stream(bytes);
  const auto unit = std::make_shared<jit::CompilationUnit>();
  const auto module = jit::import_ir_module(unit, stream, std::nullopt, /*load_debug_files=*/false);
  auto &method = module.get_method("forward").function();
  method.ensure_defined();
  const auto found = operators_of(jit::toGraphFunction(method).graph()->block());
  const auto expected = operators_of(written.block());
  // Reading drops branches whose condition is decided by types, and nothing else; the rest is the same and in order.
  auto next = expected.begin();
  for (const auto &name : found) {
    const auto at = std::find(next, expected.end(), name);
    if (at == expected.end()) throw StatusError(XYLEM_FAILED, "the written code reads back with another call: " + name);
    next = at + 1;
  }
}

std::string ForwardWriter::save(bool is_training) {
  for (const bool mode : {true, false}) {
    graph_->setInsertPoint(block(mode));
    if (!results_.count(mode)) {
      raise(refused_.count(mode) ? refused_.at(mode) : "there is no plan for this mode");
      block(mode)->registerOutput(graph_->insertNode(graph_->createUninitialized(result_type()))->output());
      continue;
    }
    std::vector<Value *> keys, values;
    for (const auto &[key, value] : results_.at(mode)) {
      keys.push_back(graph_->insertConstant(key));
      values.push_back(value);
    }
    auto *dict = graph_->createDict(c10::StringType::get(), c10::TensorType::get(), keys, values);
    block(mode)->registerOutput(graph_->insertNode(dict)->output());
  }
  graph_->registerOutput(branch_->output());
  use_own_upgraders(*graph_);
  use_own_division(*graph_);
  fold_branches(*graph_);
  drop_unused_reads(graph_->block());
  check_savable(graph_->block());
  const auto unit = std::make_shared<jit::CompilationUnit>();
  const auto fresh = fresh_modules(*graph_, root_, is_training, unit);
  graph_->lint();
  const auto type = fresh->type();
  auto *forward = unit->create_function(c10::QualifiedName(*type->name(), "forward"), graph_);
  std::vector<c10::Argument> arguments{c10::Argument("self", type)};
  arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
  forward->setSchema(c10::FunctionSchema("forward", "", arguments, {c10::Argument("", result_type())}));
  type->addMethod(forward);
  std::string bytes;
  jit::ExportModule(jit::Module(fresh), [&bytes](const void *data, size_t count) {
    bytes.append(static_cast<const char *>(data), count);
    return count;
  });
  check_reads_back(bytes, *graph_);
  return bytes;
}

}  // namespace xylem
