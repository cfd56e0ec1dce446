#include "Callables.h"
#include "Outside.h"
#include "StraightLine.h"

#include <torch/csrc/jit/passes/autocast.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <ATen/core/grad_mode.h>

#include <exception>
#include <mutex>
#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;
namespace attr = torch::jit::attr;

namespace {

struct Callable {
  std::shared_ptr<jit::Graph> graph;
  jit::Code code;
  /// The same code, if it needs no interpreter.
  std::optional<StraightLine> line;
  /// Modes that could not be compiled into the code, because the target of a call is decided at run time.
  std::vector<std::pair<c10::intrusive_ptr<c10::ivalue::Object>, bool>> dynamic_modes;

  /// Computed on first use.
  const Effects &effects() const {
    std::call_once(effects_once_, [this] { effects_ = effects_of(*graph); });
    return effects_;
  }

 private:
  mutable std::once_flag effects_once_;
  mutable Effects effects_;
};

const Callable *callable(const xylem_callable *c) { return reinterpret_cast<const Callable *>(c); }

/// A graph of one statement, with the captured values as inputs and the statement's results as outputs. Captures
/// without a value are not inputs.
std::shared_ptr<jit::Graph> graph_of(const Code &code, uint32_t statement, const uint32_t *captures, size_t count) {
  if (statement >= code.sources.size()) throw StatusError(XYLEM_INVALID_ARGUMENT, "there is no such statement");
  auto graph = std::make_shared<jit::Graph>();
  std::unordered_map<jit::Value *, jit::Value *> replaced;
  for (size_t i = 0; i < count; ++i) {
    const auto number = captures[i] & ~XYLEM_UNSET;
    if (number >= code.values.size()) throw StatusError(XYLEM_INVALID_ARGUMENT, "there is no such value");
    auto *value = code.values[number];
    if (captures[i] & XYLEM_UNSET) {
      replaced[value] = graph->block()->appendNode(graph->createUninitialized(value->type()))->output();
    } else {
      replaced[value] = graph->addInput()->setType(value->type());
    }
  }
  const auto replace = [&](jit::Value *value) -> jit::Value * {
    const auto found = replaced.find(value);
    if (found != replaced.end()) return found->second;
    if (value->node()->kind() != prim::Constant) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the statement reads a value that was not captured");
    }
    auto *constant = graph->createClone(value->node(), [](jit::Value *v) { return v; });
    graph->block()->prependNode(constant);
    return replaced[value] = constant->output();
  };
  auto *cloned = graph->insertNode(graph->createClone(code.sources[statement], replace));
  for (auto *output : cloned->outputs()) graph->registerOutput(output);
  return graph;
}

bool has_inlinable_call(const jit::Block *block) {
  for (const auto *node : block->nodes()) {
    if (node->kind() == prim::CallFunction && node->input(0)->node()->kind() == prim::Constant) return true;
    if (node->kind() == prim::CallMethod && node->input(0)->type()->kind() == c10::TypeKind::ClassType) return true;
    for (const auto *inner : node->blocks()) {
      if (has_inlinable_call(inner)) return true;
    }
  }
  return false;
}

size_t count_nodes(const jit::Block *block) {
  size_t count = 0;
  for (const auto *node : block->nodes()) {
    ++count;
    for (const auto *inner : node->blocks()) count += count_nodes(inner);
  }
  return count;
}

/// Inlines calls. One pass of the runtime inlines one level of calls in the code as it was written. Functions that
/// repeatedly call each other twice would grow beyond memory.
void inline_calls(jit::Graph &graph) {
  constexpr int deepest = 256;
  constexpr size_t most_nodes = size_t{1} << 21;
  for (int depth = 0; depth < deepest && has_inlinable_call(graph.block()); ++depth) {
    jit::Inline(graph);
    if (count_nodes(graph.block()) > most_nodes) {
      throw StatusError(XYLEM_FAILED, "the code of the functions that it calls is too large");
    }
  }
}

/// Replaces flags and switches of known modules by their values.
class ModeFolder {
 public:
  ModeFolder(jit::Graph &graph, Known known, std::unordered_map<const c10::ivalue::Object *, bool> modes)
      : graph_(graph), known_(std::move(known)), modes_(std::move(modes)) {}

  /// Returns whether calls remain whose target is decided at run time.
  bool run() {
    find_written(graph_.block());
    fold(graph_.block());
    return has_calls_;
  }

 private:
  void find_written(const jit::Block *block) {
    for (const auto *node : block->nodes()) {
      if (node->kind() == prim::SetAttr) written_.insert(node->s(attr::name));
      if (node->kind() == prim::CallMethod || node->kind() == prim::CallFunction || node->kind() == prim::fork ||
          node->kind() == prim::Enter) {
        has_calls_ = true;
      }
      for (const auto *inner : node->blocks()) find_written(inner);
    }
  }

  void fold(jit::Block *block) {
    for (auto *node : block->nodes()) {
      if (node->kind() == prim::GetAttr) fold(node);
      for (auto *inner : node->blocks()) fold(inner);
    }
  }

  void fold(jit::Node *node) {
    const auto found = known_.find(node->input());
    if (found == known_.end()) return;
    const auto &owner = found->second;
    const auto &name = node->s(attr::name);
    const auto value = owner->getAttr(name);
    if (value.isObject()) {
      known_.emplace(node->output(), value.toObject());
      return;
    }
    if (written_.count(name)) return;
    std::optional<bool> fixed;
    if (name == "training" && modes_.count(owner.get())) {
      fixed = modes_.at(owner.get());
    } else if (value.isBool() && name != "training") {
      fixed = value.toBool();
    }
    if (!fixed) return;
    jit::WithInsertPoint guard(node);
    node->output()->replaceAllUsesWith(graph_.insertConstant(*fixed));
  }

  jit::Graph &graph_;
  Known known_;
  std::unordered_map<const c10::ivalue::Object *, bool> modes_;
  std::unordered_set<std::string> written_;
  bool has_calls_ = false;
};

/// Sets flags as long as it lives; only one at a time in the process, since the model is shared.
class ScopedModes {
 public:
  explicit ScopedModes(const Callable &c) : callable_(c), lock_(mutex(), std::defer_lock) {
    if (c.dynamic_modes.empty()) return;
    lock_.lock();
    for (const auto &[module, training] : c.dynamic_modes) {
      before_.push_back(module->getAttr("training").toBool());
      module->setAttr("training", training);
    }
  }
  ScopedModes(const ScopedModes &) = delete;
  ScopedModes &operator=(const ScopedModes &) = delete;
  ~ScopedModes() {
    for (size_t i = 0; i < before_.size(); ++i) {
      callable_.dynamic_modes[i].first->setAttr("training", static_cast<bool>(before_[i]));
    }
  }

 private:
  static std::recursive_mutex &mutex() {
    static auto &shared = *new std::recursive_mutex;
    return shared;
  }
  const Callable &callable_;
  std::unique_lock<std::recursive_mutex> lock_;
  std::vector<bool> before_;
};

/// Throws if code accesses files, processes or the network, or may do so: calls that are decided at run time can go to
/// any code of the archive.
void check_inside(const jit::Graph &graph, const Archive &archive, bool has_calls) {
  const auto found = operator_outside(graph.block());
  if (!found.empty()) throw StatusError(XYLEM_REACHES_OUTSIDE, "it calls " + found);
  if (has_calls && !archive.outside.empty()) {
    throw StatusError(XYLEM_REACHES_OUTSIDE, "it calls code that is found only while it runs, and the archive calls " +
                                                 archive.outside);
  }
}

/// Restores the thread's recording of gradients if code fails before it does so itself.
class RestoredOnFailure {
 public:
  RestoredOnFailure() = default;
  RestoredOnFailure(const RestoredOnFailure &) = delete;
  RestoredOnFailure &operator=(const RestoredOnFailure &) = delete;
  ~RestoredOnFailure() {
    if (std::uncaught_exceptions() > failures_) c10::GradMode::set_enabled(gradients_);
  }

 private:
  const int failures_ = std::uncaught_exceptions();
  const bool gradients_ = c10::GradMode::is_enabled();
};

}  // namespace

static xylem_status callable_make(const xylem_function *source, uint32_t statement, const uint32_t *captures,
                                  size_t capture_count, const xylem_value *known, const xylem_mode *modes,
                                  size_t mode_count, xylem_callable **out, xylem_error *error) {
  return guarded(error, [&] {
    auto *owner = function(source);
    auto graph = statement == XYLEM_WHOLE_FUNCTION ? owner->graph->copy()
                                                  : graph_of(owner->ir(), statement, captures, capture_count);
    jit::GraphOptimizerEnabledGuard as_written(false);
    inline_calls(*graph);
    use_checked_division(*graph);
    Known objects;
    for (size_t i = 0; known && i < graph->inputs().size(); ++i) {
      if (known[i].tag == XYLEM_MODULE) objects.emplace(graph->inputs()[i], object(&known[i]));
      if (known[i].tag == XYLEM_BOOL && graph->inputs()[i]->type()->kind() == c10::TypeKind::BoolType) {
        jit::WithInsertPoint start(*graph->nodes().begin());
        graph->inputs()[i]->replaceAllUsesWith(graph->insertConstant(known[i].as.integer != 0));
      }
    }
    std::unordered_map<const c10::ivalue::Object *, bool> fixed;
    for (size_t i = 0; i < mode_count; ++i) fixed.emplace(object(&modes[i].module).get(), modes[i].is_training != 0);
    const bool has_calls = ModeFolder(*graph, std::move(objects), fixed).run();
    jit::ConstantPropagationImmutableTypes(graph);
    // Autocast blocks take effect through casts that this pass adds to the code.
    jit::Autocast(graph);
    if (!owner->archive->allows_outside) check_inside(*graph, *owner->archive, has_calls);
    auto made = std::make_unique<Callable>();
    for (size_t i = 0; has_calls && i < mode_count; ++i) {
      auto module = object(&modes[i].module);
      if (module->getAttr("training").toBool() != (modes[i].is_training != 0)) {
        made->dynamic_modes.emplace_back(std::move(module), modes[i].is_training != 0);
      }
    }
    made->graph = graph;
    made->line = StraightLine::of(*graph);
    made->code = jit::Code(graph, owner->function->name());
    *out = reinterpret_cast<xylem_callable *>(made.release());
  });
}

static void callable_release(xylem_callable *c) { delete reinterpret_cast<Callable *>(c); }

static xylem_status callable_effects(const xylem_callable *c, xylem_effects *out, xylem_error *error) {
  return guarded(error, [&] {
    const auto &found = callable(c)->effects();
    *out = xylem_effects{found.arguments.data(), found.arguments.size(), found.is_random,     found.writes_model,
                         found.aliases_model,    found.changes_context,  found.results_alias, 0};
  });
}

static xylem_status callable_call(const xylem_callable *c, const xylem_value *arguments, size_t count,
                                  xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error) {
  return guarded(error, [&] {
    const auto *target = callable(c);
    const auto inputs = target->graph->inputs();
    if (count != inputs.size()) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the code takes " + std::to_string(inputs.size()) + " arguments, not " +
                                                    std::to_string(count));
    }
    Stack borrowed;
    auto &stack = borrowed.values;
    for (size_t i = 0; i < count; ++i) {
      auto value = unwrap(arguments[i]);
      const auto &type = inputs[i]->type();
      if (arguments[i].tag == XYLEM_UNINITIALIZED) {
        // Values that another region did not set: the code knows whether it may read them.
        stack.push_back(std::move(value));
        continue;
      }
      const bool fits = value.isTensor() ? type->kind() == c10::TypeKind::TensorType
                                         : value.isObject() && value.toObjectRef().type().get() == type.get();
      if (fits) {
        stack.push_back(std::move(value));
      } else {
        stack.push_back(conform(std::move(value), *type, "argument " + std::to_string(i)));
      }
    }
    RestoredOnFailure context;
    ScopedModes modes(*target);
    if (target->line) {
      target->line->run(stack);
    } else {
      jit::GraphOptimizerEnabledGuard as_written(false);
      jit::InterpreterState(target->code).run(stack);
    }
    take(stack, results, capacity, result_count);
  });
}

jit::Graph &code_of(const xylem_callable *source) { return *callable(source)->graph; }

void add_callables(xylem_tensor_runtime &table) {
  table.callable_make = callable_make;
  table.callable_release = callable_release;
  table.callable_effects = callable_effects;
  table.callable_call = callable_call;
}

}  // namespace xylem
