// Archives' code in the form that crosses the boundary.
#include "Archive.h"

#include <torch/csrc/jit/frontend/source_range.h>
#include <torch/csrc/jit/ir/constants.h>

#include <deque>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;
namespace attr = torch::jit::attr;

static xylem_ir_kind kind_of(const jit::Node *node) {
  switch (node->kind()) {
    case prim::Constant: return XYLEM_IR_CONSTANT;
    case prim::GetAttr: return XYLEM_IR_GET_ATTRIBUTE;
    case prim::SetAttr: return XYLEM_IR_SET_ATTRIBUTE;
    case prim::CallMethod: return XYLEM_IR_CALL_METHOD;
    case prim::CallFunction: return XYLEM_IR_CALL_FUNCTION;
    case prim::If: return XYLEM_IR_IF;
    case prim::Loop: return XYLEM_IR_LOOP;
    case prim::ListConstruct: return XYLEM_IR_LIST;
    case prim::TupleConstruct: return XYLEM_IR_TUPLE;
    case prim::DictConstruct: return XYLEM_IR_DICT;
    case prim::ListUnpack: return XYLEM_IR_LIST_UNPACK;
    case prim::TupleUnpack: return XYLEM_IR_TUPLE_UNPACK;
    case prim::TupleIndex: return XYLEM_IR_TUPLE_INDEX;
    case prim::TupleSlice: return XYLEM_IR_TUPLE_SLICE;
    case prim::RaiseException: return XYLEM_IR_RAISE;
    case prim::unchecked_cast: return XYLEM_IR_CAST;
    case prim::Uninitialized: return XYLEM_IR_UNINITIALIZED;
    case prim::CreateObject: return XYLEM_IR_CREATE_OBJECT;
    case prim::isinstance: return XYLEM_IR_IS_INSTANCE;
    case prim::Enter: return XYLEM_IR_ENTER;
    case prim::Exit: return XYLEM_IR_EXIT;
    case prim::fork: return XYLEM_IR_FORK;
    default: break;
  }
  if (node->kind() == jit::aten::_unwrap_optional) return XYLEM_IR_CAST;
  return node->maybeOperator() ? XYLEM_IR_OPERATOR : XYLEM_IR_OTHER;
}

Code::~Code() {
  xylem_tensor_runtime table{};
  add_values(table);
  for (auto &constant : constants) table.value_release(&constant);
}

namespace {

/// Numbers a graph's values and lays its blocks out flat, with each block's nodes adjacent.
class Flattener {
 public:
  Flattener(Function &owner, Code &code) : owner_(owner), code_(code) {}

  void run() {
    code_.qualified_name = owner_.function->qualname().qualifiedName();
    schedule(owner_.graph->block());
    while (!pending_.empty()) {
      const auto next = pending_.front();
      pending_.pop_front();
      lay_out(next.first, next.second);
    }
    for (size_t i = 0; i < code_.sources.size(); ++i) add_operands(i);
    for (size_t b = 0; b < blocks_.size(); ++b) {
      code_.blocks[b].first_output = add(blocks_[b]->outputs());
      code_.blocks[b].output_count = static_cast<uint32_t>(blocks_[b]->outputs().size());
    }
    code_.view = xylem_ir{
        text(code_.qualified_name),
        code_.nodes.data(), code_.nodes.size(), code_.blocks.data(), code_.blocks.size(),
        code_.operands.data(), code_.operands.size(), code_.value_types.data(), code_.value_names.data(),
        code_.value_types.size(), code_.strings.data(), code_.strings.size(), code_.constants.data(),
        code_.constants.size()};
  }

 private:
  uint32_t schedule(jit::Block *block) {
    const auto number = static_cast<uint32_t>(code_.blocks.size());
    code_.blocks.push_back({});
    blocks_.push_back(block);
    pending_.push_back({block, number});
    return number;
  }

  void define(jit::Value *value) {
    numbers_[value] = static_cast<uint32_t>(code_.values.size());
    code_.values.push_back(value);
    code_.value_types.push_back(handle(value->type().get()));
    code_.value_names.push_back(value->hasDebugName() ? interned(value->debugNameBase()) : xylem_text{nullptr, 0});
  }

  uint32_t string_index(const std::string &s) {
    const auto [slot, fresh] = strings_.emplace(s, static_cast<uint32_t>(code_.strings.size()));
    if (fresh) code_.strings.push_back(interned(s));
    return slot->second;
  }

  void lay_out(jit::Block *block, uint32_t number) {
    const auto first_input = static_cast<uint32_t>(code_.values.size());
    for (auto *input : block->inputs()) define(input);
    const auto first_node = static_cast<uint32_t>(code_.nodes.size());
    for (auto *node : block->nodes()) {
      code_.nodes.push_back(describe(node));
      code_.sources.push_back(node);
    }
    const auto node_count = static_cast<uint32_t>(code_.nodes.size()) - first_node;
    code_.blocks[number] = xylem_ir_block{first_node, node_count, first_input,
                                          static_cast<uint32_t>(block->inputs().size()), 0, 0};
    // Nested blocks come after this one, so that its own nodes stay adjacent.
    for (uint32_t i = first_node; i < first_node + node_count; ++i) {
      auto *node = code_.sources[i];
      if (node->kind() == prim::fork) {
        const auto subgraph = node->g(attr::Subgraph);
        code_.nodes[i].first_block = schedule(subgraph->block());
        code_.nodes[i].block_count = 1;
        continue;
      }
      code_.nodes[i].first_block = static_cast<uint32_t>(code_.blocks.size());
      code_.nodes[i].block_count = static_cast<uint32_t>(node->blocks().size());
      for (auto *inner : node->blocks()) schedule(inner);
    }
  }

  xylem_ir_node describe(jit::Node *node) {
    xylem_ir_node out{};
    const auto kind = kind_of(node);
    out.kind = kind;
    out.constant = XYLEM_IR_ABSENT;
    out.first_output = static_cast<uint32_t>(code_.values.size());
    out.output_count = static_cast<uint32_t>(node->outputs().size());
    for (auto *output : node->outputs()) define(output);
    out.name = string_index(node->hasAttribute(attr::name) && kind != XYLEM_IR_CONSTANT ? node->s(attr::name)
                                                                                      : node->kind().toQualString());
    switch (kind) {
      case XYLEM_IR_CONSTANT: add_constant(node, out); break;
      case XYLEM_IR_CALL_METHOD:
        if (const auto class_type = node->input(0)->type()->cast<c10::ClassType>()) {
          out.function = handle(owner_.archive->function(class_type->findMethod(node->s(attr::name))));
        }
        break;
      case XYLEM_IR_OPERATOR: out.operator_ = handle(of(node)); break;
      case XYLEM_IR_TUPLE_SLICE:
        out.begin = node->i(attr::beg);
        out.end = node->i(attr::end);
        break;
      default: break;
    }
    return out;
  }

  void add_constant(jit::Node *node, xylem_ir_node &out) {
    if (const auto function_type = node->output()->type()->cast<c10::FunctionType>()) {
      out.function = handle(owner_.archive->function(function_type->function()));
      return;
    }
    const auto value = jit::toIValue(node->output());
    out.constant = static_cast<uint32_t>(code_.constants.size());
    code_.constants.push_back(wrap(value ? *value : IValue()));
  }

  uint32_t add(at::ArrayRef<jit::Value *> values) {
    const auto first = static_cast<uint32_t>(code_.operands.size());
    for (auto *value : values) code_.operands.push_back(numbers_.at(value));
    return first;
  }

  void add_operands(size_t i) {
    auto *node = code_.sources[i];
    code_.nodes[i].first_input = add(node->inputs());
    code_.nodes[i].input_count = static_cast<uint32_t>(node->inputs().size());
  }

  Function &owner_;
  Code &code_;
  std::deque<std::pair<jit::Block *, uint32_t>> pending_;
  std::vector<jit::Block *> blocks_;
  std::unordered_map<const jit::Value *, uint32_t> numbers_;
  std::unordered_map<std::string, uint32_t> strings_;
};

}  // namespace

const Code &Function::ir() {
  std::call_once(code_once, [this] {
    auto made = std::make_unique<Code>();
    Flattener(*this, *made).run();
    code = std::move(made);
  });
  return *code;
}

static xylem_status function_ir(const xylem_function *source, const xylem_ir **out, xylem_error *error) {
  return guarded(error, [&] { *out = &function(source)->ir().view; });
}

static jit::Node *node_at(const xylem_function *source, uint32_t statement) {
  const auto &code = function(source)->ir();
  if (statement >= code.sources.size()) throw StatusError(XYLEM_INVALID_ARGUMENT, "there is no such statement");
  return code.sources[statement];
}

/// A node's position in the source. The replacement of an old version's operator has none of its own and takes its
/// neighbour's.
static jit::SourceRange place_of(jit::Node *node) {
  if (!is_upgraded(node)) return node->sourceRange();
  for (auto *next = node->next(); next && next != node->owningBlock()->return_node(); next = next->next()) {
    if (next->sourceRange().source() && !is_upgraded(next)) return next->sourceRange();
  }
  return node->sourceRange();
}

/// The text of a range. The runtime counts the length of a method call without the closing parenthesis of its receiver,
/// and begins behind an opening one, so that the text of `(x * 2).half()` ends within the name: the rest is added.
static std::string text_of(const jit::SourceRange &range) {
  std::string text = range.text().str();
  if (text.empty()) return text;
  const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  int open = 0;
  bool is_cut = false;
  for (const char c : text) {
    open += c == '(' ? 1 : c == ')' ? -1 : 0;
    is_cut = is_cut || open < 0;
  }
  const auto &whole = range.source()->text_str();
  auto end = range.end();
  const auto next = [&] { return end < whole.size() ? whole[end] : '\0'; };
  while (is_cut && text.back() == ')' && (next() == ')' || next() == '.')) text += whole[end++];
  if (text.back() != '.' && !is_name(text.back())) return text;
  while (is_name(next())) text += whole[end++];
  return text;
}

static xylem_status function_source(const xylem_function *source, uint32_t statement, xylem_source *out,
                                    xylem_error *error) {
  return guarded(error, [&] {
    auto *node = node_at(source, statement);
    auto range = place_of(node);
    if (auto original = range.findSourceRangeThatGenerated()) range = *original;
    xylem_source found{};
    if (range.source() && !is_upgraded(node)) found.text = interned(text_of(range));
    if (const auto place = range.file_line_col()) {
      found.file = interned(std::get<0>(*place));
      found.line = static_cast<int64_t>(std::get<1>(*place));
    }
    *out = found;
  });
}

/// Whether a value that is declared with one type may be an instance of another.
static bool may_be(const c10::Type &declared, const c10::Type &wanted) {
  const auto any_of = [](const c10::Type &open, auto &&check) {
    if (open.kind() == c10::TypeKind::OptionalType && check(*c10::NoneType::get())) return true;
    const auto parts = open.containedTypes();
    return std::any_of(parts.begin(), parts.end(), [&](const auto &part) { return check(*part); });
  };
  const auto is_open = [](const c10::Type &t) { return t.kind() == c10::TypeKind::UnionType || t.kind() == c10::TypeKind::OptionalType; };
  if (is_open(declared)) return any_of(declared, [&](const c10::Type &part) { return may_be(part, wanted); });
  if (is_open(wanted)) return any_of(wanted, [&](const c10::Type &part) { return may_be(declared, part); });
  if (declared.isSubtypeOf(wanted) || wanted.isSubtypeOf(declared)) return true;
  if (declared.kind() == c10::TypeKind::InterfaceType) return true;
  // A container may have been made with a narrower type of elements.
  return declared.kind() == wanted.kind() && declared.kind() != c10::TypeKind::ClassType;
}

static int32_t function_is_instance(const xylem_function *source, uint32_t statement, const xylem_type *candidate) {
  try {
    bool possible = false;
    for (const auto &wanted : node_at(source, statement)->tys(attr::types)) {
      if (type(candidate)->isSubtypeOf(*wanted)) return 1;
      possible = possible || may_be(*type(candidate), *wanted);
    }
    return possible ? -1 : 0;
  } catch (...) {
    return -1;
  }
}

static xylem_status function_schema(const xylem_function *source, const xylem_schema **out, xylem_error *error) {
  return guarded(error, [&] {
    auto *owner = function(source);
    std::call_once(owner->schema_once,
                   [&] { owner->schema = std::make_unique<Schema>(owner->function->getSchema()); });
    *out = &owner->schema->schema;
  });
}

void add_functions(xylem_tensor_runtime &table) {
  table.function_ir = function_ir;
  table.function_source = function_source;
  table.function_is_instance = function_is_instance;
  table.function_schema = function_schema;
}

}  // namespace xylem
