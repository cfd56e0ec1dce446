#include "Callables.h"

#include <numeric>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;

namespace {

bool holds_storage(const jit::Value *value) {
  switch (value->type()->kind()) {
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
    case c10::TypeKind::ListType:
    case c10::TypeKind::OptionalType: {
      const auto inner = value->type()->containedTypes()[0]->kind();
      return inner != c10::TypeKind::IntType && inner != c10::TypeKind::FloatType &&
             inner != c10::TypeKind::BoolType && inner != c10::TypeKind::StringType &&
             inner != c10::TypeKind::NumberType;
    }
    default: return true;
  }
}

class EffectAnalysis {
 public:
  explicit EffectAnalysis(const jit::Graph &graph) : graph_(graph) {}

  xylem_effects run() {
    visit(graph_.block());
    xylem_effects out{};
    const auto inputs = graph_.inputs();
    std::unordered_map<size_t, bool> written;
    for (const auto *value : written_) written[find(number(value))] = true;
    for (size_t i = 0; i < inputs.size() && i < 64; ++i) {
      if (!holds_storage(inputs[i])) continue;
      const auto mine = find(number(inputs[i]));
      if (unknown_ || (!is_module(inputs[i]) && written.count(mine))) out.writes |= uint64_t{1} << i;
      for (const auto *result : graph_.outputs()) {
        if (unknown_ || (holds_storage(result) && find(number(result)) == mine)) out.aliases |= uint64_t{1} << i;
      }
    }
    for (const auto *attribute : attributes_) {
      const auto mine = find(number(attribute));
      if (written.count(mine)) out.writes_model = 1;
      for (const auto *result : graph_.outputs()) {
        if (holds_storage(result) && find(number(result)) == mine) out.aliases_model = 1;
      }
    }
    if (unknown_) out.writes_model = out.aliases_model = 1;
    out.writes_model = out.writes_model || sets_attribute_;
    out.is_random = random_ || unknown_;
    out.changes_context = context_;
    return out;
  }

 private:
  static bool is_module(const jit::Value *value) {
    const auto class_type = value->type()->cast<c10::ClassType>();
    return class_type && class_type->is_module();
  }

  size_t number(const jit::Value *value) {
    const auto [slot, fresh] = numbers_.emplace(value, parents_.size());
    if (fresh) parents_.push_back(slot->second);
    return slot->second;
  }
  size_t find(size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void join(const jit::Value *a, const jit::Value *b) {
    if (holds_storage(a) && holds_storage(b)) parents_[find(number(a))] = find(number(b));
  }
  void join_all(const jit::Node *node) {
    const jit::Value *first = nullptr;
    const auto add = [&](const jit::Value *value) {
      if (!holds_storage(value)) return;
      if (first) join(first, value);
      first = value;
    };
    for (const auto *input : node->inputs()) add(input);
    for (const auto *output : node->outputs()) add(output);
  }

  void visit(const jit::Block *block) {
    for (const auto *node : block->nodes()) visit(node);
  }

  void visit(const jit::Node *node) {
    switch (node->kind()) {
      case prim::Constant:
      case prim::Uninitialized:
      case prim::RaiseException: return;
      case prim::GetAttr:
        if (holds_storage(node->output()) && !is_module(node->output())) {
          if (is_module(node->input())) {
            attributes_.push_back(node->output());
          } else {
            join(node->output(), node->input());
          }
        }
        return;
      case prim::SetAttr:
        if (is_module(node->input(0))) {
          sets_attribute_ = true;
          // The stored value lives on in the model: as if it were returned and written there.
          attributes_.push_back(node->input(1));
        } else {
          join(node->input(0), node->input(1));
        }
        return;
      case prim::If:
        for (const auto *block : node->blocks()) {
          visit(block);
          for (size_t i = 0; i < node->outputs().size(); ++i) join(node->output(i), block->outputs()[i]);
        }
        return;
      case prim::Loop: {
        const auto *body = node->blocks()[0];
        for (size_t i = 0; i + 2 < node->inputs().size(); ++i) {
          join(node->input(i + 2), body->inputs()[i + 1]);
          join(node->output(i), body->inputs()[i + 1]);
          join(node->output(i), body->outputs()[i + 1]);
        }
        visit(body);
        return;
      }
      case prim::CallMethod:
      case prim::CallFunction:
      case prim::fork:
      case prim::Enter:
      case prim::Exit:
        unknown_ = true;
        join_all(node);
        return;
      case prim::ListConstruct:
      case prim::TupleConstruct:
      case prim::DictConstruct:
      case prim::ListUnpack:
      case prim::TupleUnpack:
      case prim::TupleIndex:
      case prim::TupleSlice:
      case prim::unchecked_cast:
      case prim::CreateObject: join_all(node); return;
      case prim::isinstance: return;
      default: break;
    }
    const auto *op = of(node);
    if (!op || !op->schema.schema.is_known) {
      unknown_ = unknown_ || !op || !op->schema.schema.is_known;
      join_all(node);
      return;
    }
    const auto &schema = op->schema.schema;
    random_ = random_ || schema.is_random;
    const auto kind = node->kind();
    if (kind == c10::Symbol::fromQualString("aten::set_grad_enabled")) context_ = true;
    for (size_t i = 0; i < node->inputs().size() && i < schema.argument_count; ++i) {
      const auto *input = node->input(i);
      const bool is_container = !input->type()->isSubtypeOf(*c10::TensorType::get()) && holds_storage(input);
      if (schema.arguments[i].is_written) {
        if (input->type()->isSubtypeOf(*c10::TensorType::get())) {
          written_.push_back(input);
        } else if (is_container) {
          // What is put into a container lives on in it; the tensors themselves are not written.
          join_all(node);
        }
      }
      const bool aliases = (schema.aliases >> i) & 1;
      for (const auto *output : node->outputs()) {
        const bool output_is_tensor = output->type()->isSubtypeOf(*c10::TensorType::get());
        // Taking a tensor out of a container, or containers out of each other.
        if (aliases || (is_container && !output_is_tensor) || (is_container && takes_element(kind))) join(output, input);
      }
    }
  }

  static bool takes_element(c10::Symbol kind) {
    static const std::vector<c10::Symbol> takers = {
        c10::Symbol::fromQualString("aten::__getitem__"), c10::Symbol::fromQualString("aten::pop"),
        c10::Symbol::fromQualString("aten::get"), c10::Symbol::fromQualString("aten::setdefault")};
    return std::find(takers.begin(), takers.end(), kind) != takers.end();
  }

  const jit::Graph &graph_;
  std::unordered_map<const jit::Value *, size_t> numbers_;
  std::vector<size_t> parents_;
  std::vector<const jit::Value *> written_;
  std::vector<const jit::Value *> attributes_;
  bool sets_attribute_ = false;
  bool random_ = false;
  bool context_ = false;
  bool unknown_ = false;
};

}  // namespace

xylem_effects effects_of(const jit::Graph &graph) { return EffectAnalysis(graph).run(); }

}  // namespace xylem
