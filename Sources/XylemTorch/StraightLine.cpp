#include "StraightLine.h"

#include <torch/csrc/jit/ir/constants.h>

#include <ATen/core/jit_type.h>

#include <unordered_set>

namespace xylem {

namespace jit = torch::jit;
namespace prim = torch::jit::prim;

std::optional<StraightLine> StraightLine::of(const jit::Graph &graph) {
  StraightLine line;
  const auto place = [&](const jit::Value *value, c10::IValue constant = {}) {
    line.positions_[value] = line.start_.size();
    line.start_.push_back(std::move(constant));
  };
  for (const auto *input : graph.inputs()) place(input);
  for (const auto *node : graph.nodes()) {
    if (node->kind() == prim::Constant) {
      // The names of inlined functions are left over; they are not values.
      const auto constant = jit::toIValue(node->output());
      if (!constant && node->output()->hasUses()) return std::nullopt;
      if (constant) place(node->output(), *constant);
      continue;
    }
    for (const auto *output : node->outputs()) place(output);
    if (!line.add(node)) return std::nullopt;
  }
  for (const auto *output : graph.outputs()) line.results_.push_back({line.positions_.at(output), false});
  line.mark_last_reads();
  line.positions_.clear();
  return line;
}

bool StraightLine::add(const jit::Node *node) {
  Step step;
  if (node->kind() == prim::GetAttr) {
    const auto type = node->input()->type()->cast<c10::ClassType>();
    if (!type) return false;
    const auto slot = type->findAttributeSlot(node->s(c10::attr::name));
    if (!slot) return false;
    step.kind = Kind::attribute;
    step.slot = *slot;
  } else if (node->kind() == prim::ListConstruct) {
    step.kind = Kind::list;
    step.element = node->output()->type()->expectRef<c10::ListType>().getElementType();
  } else if (node->kind().is_aten() && node->kind() != c10::aten::wait && node->kind() != c10::aten::warn &&
             node->blocks().empty() && node->maybeOperator() && !node->getOperator().schema().is_vararg()) {
    step.kind = Kind::call;
    step.operation = node->getOperation();
  } else {
    return false;
  }
  for (const auto *input : node->inputs()) step.inputs.push_back({positions_.at(input), false});
  for (const auto *output : node->outputs()) step.outputs.push_back(positions_.at(output));
  steps_.push_back(std::move(step));
  return true;
}

void StraightLine::mark_last_reads() {
  std::unordered_set<size_t> read;
  // Constants are kept for the next run; other values are moved when they are read for the last time, so that their
  // memory is released early.
  const auto mark = [&](std::vector<Read> &reads) {
    for (auto later = reads.rbegin(); later != reads.rend(); ++later) {
      later->is_last = read.insert(later->position).second;
    }
  };
  mark(results_);
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) mark(step->inputs);
}

void StraightLine::run(std::vector<c10::IValue> &stack) const {
  std::vector<c10::IValue> values = start_;
  std::move(stack.begin(), stack.end(), values.begin());
  stack.clear();
  const auto push = [&](const std::vector<Read> &reads) {
    for (const auto &read : reads) {
      if (read.is_last) {
        stack.push_back(std::move(values[read.position]));
      } else {
        stack.push_back(values[read.position]);
      }
    }
  };
  for (const auto &step : steps_) {
    if (step.kind == Kind::attribute) {
      values[step.outputs[0]] = values[step.inputs[0].position].toObjectRef().getSlot(step.slot);
      continue;
    }
    push(step.inputs);
    if (step.kind == Kind::list) {
      c10::impl::GenericList list(step.element);
      list.reserve(stack.size());
      for (auto &element : stack) list.push_back(std::move(element));
      stack.clear();
      stack.emplace_back(std::move(list));
    } else {
      step.operation(stack);
    }
    for (auto output = step.outputs.rbegin(); output != step.outputs.rend(); ++output) {
      values[*output] = std::move(stack.back());
      stack.pop_back();
    }
  }
  push(results_);
}

}  // namespace xylem
