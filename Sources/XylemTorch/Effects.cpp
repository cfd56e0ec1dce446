#include "Callables.h"

#include <algorithm>
#include <cstdint>
#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;
namespace attr = torch::jit::attr;

namespace {

const c10::Type &within_optional(const c10::Type &t) {
  return t.kind() == c10::TypeKind::OptionalType ? *t.containedTypes()[0] : t;
}

/// Whether a value's contents can be changed other than through tensors: lists, dictionaries, objects.
bool is_mutable(const jit::Value *value) {
  switch (within_optional(*value->type()).kind()) {
    case c10::TypeKind::TensorType:
    case c10::TypeKind::IntType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::BoolType:
    case c10::TypeKind::NumberType:
    case c10::TypeKind::ComplexType:
    case c10::TypeKind::StringType:
    case c10::TypeKind::NoneType:
    case c10::TypeKind::DeviceObjType:
    case c10::TypeKind::FunctionType:
    case c10::TypeKind::EnumType: return false;
    default: return true;
  }
}

bool holds_storage(const jit::Value *value) {
  return is_mutable(value) ||
         within_optional(*value->type()).kind() == c10::TypeKind::TensorType;
}

bool is_module(const jit::Value *value) {
  const auto class_type = value->type()->cast<c10::ClassType>();
  return class_type && class_type->is_module();
}

/// Whether a value is a constant that disables an effect which requires it to be true.
bool is_off(const jit::Value *value) {
  if (value->node()->kind() != prim::Constant) return false;
  const auto constant = jit::toIValue(value);
  return constant && ((constant->isBool() && !constant->toBool()) || (constant->isDouble() && constant->toDouble() == 0));
}

/// Operators that take any number of arguments and only create strings or lists of numbers from them.
bool is_harmless(c10::Symbol kind) {
  static const std::unordered_set<std::string> names = {"aten::format", "aten::percentFormat", "prim::Print",
                                                        "prim::tolist"};
  return names.count(kind.toQualString()) != 0;
}

/// Operators that leave state changed that later operators depend on: the thread's context, and the seed.
bool changes_context(c10::Symbol kind) {
  static const std::unordered_set<std::string> names = {"aten::set_grad_enabled", "aten::manual_seed", "aten::seed"};
  return names.count(kind.toQualString()) != 0;
}

/// Whether a type is a container of containers, or an object.
bool holds_containers(const c10::TypePtr &type) {
  const auto &outer = within_optional(*type);
  switch (outer.kind()) {
    case c10::TypeKind::ListType:
    case c10::TypeKind::DictType:
    case c10::TypeKind::TupleType: break;
    default: return true;
  }
  for (const auto &inner : outer.containedTypes()) {
    switch (within_optional(*inner).kind()) {
      case c10::TypeKind::TensorType:
      case c10::TypeKind::IntType:
      case c10::TypeKind::FloatType:
      case c10::TypeKind::BoolType:
      case c10::TypeKind::NumberType:
      case c10::TypeKind::ComplexType:
      case c10::TypeKind::StringType:
      case c10::TypeKind::NoneType:
      case c10::TypeKind::DeviceObjType:
      case c10::TypeKind::EnumType: break;
      default: return true;
    }
  }
  return false;
}

/// Operators that create a new container from the contents of another.
bool copies_container(c10::Symbol kind) {
  static const std::unordered_set<std::string> names = {"aten::add",  "aten::copy",  "aten::dict",   "aten::items",
                                                        "aten::keys", "aten::list",  "aten::mul",    "aten::slice",
                                                        "aten::sorted", "aten::values"};
  return names.count(kind.toQualString()) != 0;
}

/// A set of places in memory, by number.
class Places {
 public:
  bool contains(size_t place) const { return place / 64 < words_.size() && (words_[place / 64] >> (place % 64)) & 1; }
  void insert(size_t place) {
    if (place / 64 >= words_.size()) words_.resize(place / 64 + 1);
    words_[place / 64] |= uint64_t{1} << (place % 64);
  }
  /// Returns whether that added anything new.
  bool insert(const Places &other) {
    bool grew = false;
    if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
    for (size_t i = 0; i < other.words_.size(); ++i) {
      grew = grew || (other.words_[i] & ~words_[i]) != 0;
      words_[i] |= other.words_[i];
    }
    return grew;
  }
  void erase(const Places &other) {
    for (size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i) words_[i] &= ~other.words_[i];
  }
  bool meets(const Places &other) const {
    for (size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i) {
      if (words_[i] & other.words_[i]) return true;
    }
    return false;
  }

 private:
  std::vector<uint64_t> words_;
};

/// The places where values may be: each input, each attribute name, each constant and each new result is a place. A
/// container is at its own place and at those of its contents. Visits the graph until nothing new is found.
class EffectAnalysis {
 public:
  explicit EffectAnalysis(const jit::Graph &graph) : graph_(graph) {}

  Effects run() {
    for (const auto *input : graph_.inputs()) own_input(input);
    do {
      grew_ = false;
      visit(graph_.block());
    } while (grew_ && !unknown_);

    // The effects of a missing operator are unknown. It must be registered before it runs, and is examined again then.
    const bool unknown = unknown_ || missing_;
    Effects out;
    Places results;
    bool overlap = false;
    for (const auto *result : graph_.outputs()) {
      if (!holds_storage(result)) continue;
      overlap = overlap || results.meets(at(result));
      results.insert(at(result));
    }
    for (const auto *input : graph_.inputs()) {
      uint8_t flags = 0;
      if (holds_storage(input)) {
        const auto mine = places_.at(input).first;
        const auto within = contents_.count(input) ? contents_.at(input) : mine;
        const auto meets = [&](const Places &places) { return places.contains(mine) || places.contains(within); };
        const bool is_written = meets(written_) || (is_mutable(input) && meets(changed_));
        if (unknown || (!is_module(input) && is_written)) flags |= XYLEM_WRITES;
        if (unknown || meets(results)) flags |= XYLEM_ALIASES;
        if (unknown || (!is_module(input) && meets(model_))) flags |= XYLEM_KEEPS;
        const auto has_container = [&](const Places &places) {
          return places.contains(mine) || (containers_.contains(within) && places.contains(within));
        };
        const bool is_shared = has_container(changed_) || has_container(results) || has_container(model_);
        if (contents_.count(input) && (unknown_ || is_shared)) flags |= XYLEM_SHARES;
      }
      out.arguments.push_back(flags);
    }
    out.writes_model = sets_attribute_ || unknown || written_.meets(model_) || changed_.meets(model_containers_);
    out.aliases_model = unknown || results.meets(model_);
    out.results_alias = overlap || (unknown && graph_.outputs().size() > 1);
    out.is_random = random_ || unknown;
    out.changes_context = context_ || unknown;
    return out;
  }

 private:
  /// A value's own place, and all others where it may be.
  using Entry = std::pair<size_t, Places>;

  size_t fresh(bool is_container) {
    const auto place = held_.size();
    held_.emplace_back();
    if (is_container) containers_.insert(place);
    return place;
  }
  Entry &entry(const jit::Value *value) {
    const auto found = places_.find(value);
    if (found != places_.end()) return found->second;
    return places_.emplace(value, Entry{SIZE_MAX, {}}).first->second;
  }
  Places &at(const jit::Value *value) { return entry(value).second; }

  /// Gives a value its own place.
  size_t own(const jit::Value *value) {
    auto &[mine, all] = entry(value);
    if (mine == SIZE_MAX && holds_storage(value)) {
      mine = fresh(is_mutable(value));
      all.insert(mine);
    }
    return mine;
  }
  /// Gives an input its own place; a container has another one for its contents, so that a result that is one of its
  /// elements is not treated as the container.
  void own_input(const jit::Value *input) {
    const auto mine = own(input);
    if (!is_mutable(input) || is_module(input)) return;
    const auto within = fresh(holds_containers(input->type()));
    held_[mine].insert(within);
    at(input).insert(within);
    shells_.insert(mine);
    contents_[input] = within;
  }
  /// Lets a value be where another is; or, for a copy of a container or a value that is not a container, where its
  /// elements are.
  void flow(const jit::Value *from, const jit::Value *to, bool is_copy = false) {
    if (!holds_storage(from) || !holds_storage(to)) return;
    settle(from);
    auto source = at(from);
    if (is_copy || !is_mutable(to)) source.erase(shells_);
    grew_ = at(to).insert(source) || grew_;
  }
  /// Adds the contents of the containers that a value may be.
  void settle(const jit::Value *value) {
    auto &all = at(value);
    for (size_t place = 0; place < held_.size(); ++place) {
      if (all.contains(place)) grew_ = all.insert(held_[place]) || grew_;
    }
  }
  void put(const jit::Value *element, const jit::Value *container) {
    if (!holds_storage(element)) return;
    settle(element);
    for (size_t place = 0; place < held_.size(); ++place) {
      if (at(container).contains(place) && containers_.contains(place)) {
        const auto source = at(element);
        grew_ = held_[place].insert(source) || grew_;
      }
    }
    settle(container);
  }

  size_t attribute_place(const std::string &name, bool is_container) {
    const auto [slot, is_new] = attributes_.emplace(name, 0);
    if (is_new) {
      slot->second = fresh(is_container);
      model_.insert(slot->second);
    }
    if (is_container) {
      containers_.insert(slot->second);
      model_containers_.insert(slot->second);
    }
    return slot->second;
  }

  void visit(const jit::Block *block) {
    for (const auto *node : block->nodes()) visit(node);
  }

  void visit(const jit::Node *node) {
    switch (node->kind()) {
      case prim::Constant:
        // A tensor in the code belongs to the model.
        if (holds_storage(node->output())) model_.insert(own(node->output()));
        return;
      case prim::Uninitialized:
      case prim::RaiseException:
      case prim::isinstance: return;
      case prim::GetAttr: return visit_get(node);
      case prim::SetAttr: return visit_set(node);
      case prim::If:
        for (const auto *block : node->blocks()) {
          visit(block);
          for (size_t i = 0; i < node->outputs().size(); ++i) flow(block->outputs()[i], node->output(i));
        }
        return;
      case prim::Loop: return visit_loop(node);
      case prim::CreateObject: own(node->output()); return;
      case prim::ListConstruct:
      case prim::DictConstruct:
        own(node->output());
        for (const auto *input : node->inputs()) put(input, node->output());
        return;
      case prim::TupleConstruct:
      case prim::ListUnpack:
      case prim::TupleUnpack:
      case prim::TupleIndex:
      case prim::TupleSlice:
      case prim::unchecked_cast:
        for (const auto *input : node->inputs()) {
          for (const auto *output : node->outputs()) flow(input, output);
        }
        return;
      case prim::CallMethod:
      case prim::CallFunction:
      case prim::fork:
      case prim::Enter:
      case prim::Exit: break;
      default:
        if (is_harmless(node->kind())) {
          for (const auto *output : node->outputs()) own(output);
          return;
        }
        if (const auto *op = of(node); op && op->schema.schema.is_known) return visit(node, *op);
        if (is_missing(node->kind().toQualString())) {
          missing_ = true;
          for (const auto *output : node->outputs()) {
            own(output);
            for (const auto *input : node->inputs()) flow(input, output);
          }
          return;
        }
        break;
    }
    unknown_ = true;
  }

  void visit_get(const jit::Node *node) {
    const auto *output = node->output();
    if (!holds_storage(output) || is_module(output)) return;
    if (!is_module(node->input())) return flow(node->input(), output);
    auto &all = at(output);
    all.insert(attribute_place(node->s(attr::name), is_mutable(output)));
    settle(output);
  }

  void visit_set(const jit::Node *node) {
    const auto *value = node->input(1);
    if (!is_module(node->input(0))) {
      changed_.insert(at(node->input(0)));
      return put(value, node->input(0));
    }
    sets_attribute_ = true;
    if (!holds_storage(value) || is_module(value)) return;
    // A stored value lives on in the model.
    settle(value);
    const auto place = attribute_place(node->s(attr::name), is_mutable(value));
    grew_ = held_[place].insert(at(value)) || grew_;
    grew_ = model_.insert(at(value)) || grew_;
    if (is_mutable(value)) model_containers_.insert(at(value));
  }

  void visit_loop(const jit::Node *node) {
    const auto *body = node->blocks()[0];
    const auto carried = node->outputs().size();
    for (size_t i = 0; i < carried; ++i) {
      flow(node->input(i + 2), body->inputs()[i + 1]);
      flow(node->input(i + 2), node->output(i));
    }
    visit(body);
    for (size_t i = 0; i < carried; ++i) {
      flow(body->outputs()[i + 1], body->inputs()[i + 1]);
      flow(body->outputs()[i + 1], node->output(i));
    }
  }

  void visit(const jit::Node *node, const Operator &op) {
    const auto &schema = op.schema.schema;
    const auto inputs = node->inputs();
    const auto is_switched_off = [&](int32_t position) {
      return position >= 0 && static_cast<size_t>(position) < inputs.size() && is_off(inputs[position]);
    };
    random_ = random_ || (schema.is_random && !is_switched_off(schema.random_where));
    context_ = context_ || changes_context(node->kind());
    for (const auto *output : node->outputs()) own(output);
    for (size_t i = 0; i < inputs.size() && i < schema.argument_count; ++i) {
      const auto *input = inputs[i];
      const auto &argument = schema.arguments[i];
      if (!holds_storage(input)) continue;
      settle(input);
      if (argument.is_written && !is_switched_off(argument.written_where)) {
        if (!is_mutable(input) || op.schema.writes_elements[i]) {
          written_.insert(at(input));
        } else {
          // A value that is put into a container lives on in it; the tensors themselves are not written.
          changed_.insert(at(input));
          for (const auto *other : inputs) {
            if (other != input) put(other, input);
          }
        }
      }
      const bool aliases = (schema.aliases >> i) & 1;
      for (const auto *output : node->outputs()) {
        if (aliases || (is_mutable(input) && is_mutable(output))) flow(input, output, copies_container(node->kind()));
      }
    }
  }

  const jit::Graph &graph_;
  std::unordered_map<const jit::Value *, Entry> places_;
  /// By place: the contents of the container there.
  std::vector<Places> held_;
  Places containers_;
  /// Containers that are inputs, without their contents.
  Places shells_;
  /// By such an input: the place of its contents.
  std::unordered_map<const jit::Value *, size_t> contents_;
  Places model_;
  Places model_containers_;
  Places written_;
  Places changed_;
  std::unordered_map<std::string, size_t> attributes_;
  bool grew_ = false;
  bool sets_attribute_ = false;
  bool random_ = false;
  bool context_ = false;
  bool unknown_ = false;
  bool missing_ = false;
};

}  // namespace

Effects effects_of(const jit::Graph &graph) { return EffectAnalysis(graph).run(); }

}  // namespace xylem
