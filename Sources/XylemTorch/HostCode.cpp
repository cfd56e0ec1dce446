// The host's own code in the runtime: operators that it implements, and calls with their own gradient.
#include "Operators.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/functions/basic_ops.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/csrc/jit/frontend/function_schema_parser.h>
#include <torch/library.h>

namespace xylem {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

constexpr size_t most_results = 64;

/// Values that the other side created, owned here.
std::vector<IValue> taken(xylem_value *values, size_t count) {
  std::vector<IValue> found;
  xylem_tensor_runtime table{};
  add_values(table);
  for (size_t i = 0; i < count; ++i) {
    found.push_back(unwrap(values[i]));
    table.value_release(&values[i]);
  }
  return found;
}

/// Raises the error that a host function reported.
void raise(xylem_error &error, xylem_status status) {
  const std::string message = error.message ? error.message : "no reason given";
  if (error.release) error.release(&error);
  throw StatusError(status, message);
}

/// A value that is passed to the host for the duration of a call.
class Lent {
 public:
  explicit Lent(const std::vector<IValue> &values) {
    add_values(table_);
    for (const auto &value : values) values_.push_back(wrap(value));
  }
  Lent(const Lent &) = delete;
  Lent &operator=(const Lent &) = delete;
  ~Lent() {
    for (auto &value : values_) table_.value_release(&value);
  }
  const xylem_value *data() const { return values_.data(); }
  size_t size() const { return values_.size(); }

 private:
  xylem_tensor_runtime table_{};
  std::vector<xylem_value> values_;
};

// ---- operators ----

struct Kernel final : c10::OperatorKernel {
  explicit Kernel(xylem_kernel kernel) : kernel(kernel) {}
  const xylem_kernel kernel;

  void operator()(const c10::OperatorHandle &op, c10::DispatchKeySet, torch::jit::Stack *stack) {
    const auto count = op.schema().arguments().size();
    std::vector<xylem_value> results(most_results);
    size_t found = 0;
    {
      const Lent arguments(std::vector<IValue>(stack->end() - static_cast<std::ptrdiff_t>(count), stack->end()));
      xylem_error error{};
      const auto status = kernel.call(kernel.context, arguments.data(), arguments.size(), results.data(),
                                      results.size(), &found, &error);
      if (status != XYLEM_OK) {
        const std::string message = error.message ? error.message : "no reason given";
        if (error.release) error.release(&error);
        TORCH_CHECK(false, message);
      }
    }
    torch::jit::drop(*stack, count);
    auto values = taken(results.data(), found);
    TORCH_CHECK(values.size() == op.schema().returns().size(), op.schema().name(), " gave ", values.size(),
                " results, and declares ", op.schema().returns().size());
    for (auto &value : values) stack->push_back(std::move(value));
  }
};

void check_same(const c10::FunctionSchema &own, const c10::FunctionSchema &given) {
  bool same = own.arguments().size() == given.arguments().size() && own.returns().size() == given.returns().size();
  for (size_t i = 0; same && i < own.arguments().size(); ++i) {
    same = *own.arguments()[i].type() == *given.arguments()[i].type();
  }
  for (size_t i = 0; same && i < own.returns().size(); ++i) {
    same = *own.returns()[i].type() == *given.returns()[i].type();
  }
  if (same) return;
  std::ostringstream message;
  message << "the operator is declared as " << own << ", and implemented as " << given;
  throw StatusError(XYLEM_INVALID_ARGUMENT, message.str());
}

void check_free(const c10::OperatorHandle &op, const std::string &name) {
  using Key = c10::DispatchKey;
  for (const auto key : {Key::CompositeImplicitAutograd, Key::CompositeExplicitAutograd, Key::CPU, Key::CUDA}) {
    if (op.hasKernelForDispatchKey(key)) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, name + " has an implementation already (" + c10::toString(key) + ")");
    }
  }
}

xylem_status operator_implement(xylem_text name, xylem_text overload, xylem_text schema, const xylem_kernel *kernel,
                                xylem_error *error) {
  return guarded(error, [&] {
    const auto full = string(name);
    const auto colons = full.find("::");
    if (colons == std::string::npos) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "'" + full + "' has no namespace, as in torchvision::nms");
    }
    if (is_missing(full)) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "an archive that calls " + full +
                                                    " was loaded before there was an implementation");
    }
    const auto suffix = overload.count > 0 ? "." + string(overload) : "";
    const auto given = torch::jit::parseSchema(full + suffix + string(schema));
    // Lives as long as the process, like its registrations.
    auto *library = new torch::Library(torch::Library::FRAGMENT, full.substr(0, colons), std::nullopt, __FILE__, __LINE__);
    const auto known = c10::Dispatcher::singleton().findSchema({full, string(overload)});
    if (known) {
      check_same(known->schema(), given);
      check_free(*known, full);
    } else {
      library->def(torch::jit::parseSchema(full + suffix + string(schema)));
    }
    library->impl((full.substr(colons + 2) + suffix).c_str(),
                  torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd,
                                  torch::CppFunction::makeFromBoxedFunctor(std::make_unique<Kernel>(*kernel))));
  });
}

// ---- calls with gradients ----

/// The host's side of a call, released when it is no longer needed.
struct HostCall final : torch::CustomClassHolder {
  explicit HostCall(const xylem_differentiable &call) : call(call) {}
  ~HostCall() override {
    if (call.release) call.release(call.context);
  }
  const xylem_differentiable call;
  /// All results; the tensors among them are the function's outputs.
  std::vector<IValue> results;
};

variable_list tensors_of(const std::vector<IValue> &values) {
  variable_list found;
  for (const auto &value : values) {
    if (value.isTensor()) found.push_back(value.toTensor());
  }
  return found;
}

struct Differentiable : torch::autograd::Function<Differentiable> {
  static variable_list forward(AutogradContext *context, const c10::intrusive_ptr<HostCall> &call,
                               const at::TensorList &inputs) {
    std::vector<xylem_value> results(most_results);
    size_t found = 0;
    xylem_error error{};
    const auto status = call->call.forward(call->call.context, results.data(), results.size(), &found, &error);
    if (status != XYLEM_OK) raise(error, status);
    call->results = taken(results.data(), found);
    auto outputs = tensors_of(call->results);
    auto saved = inputs.vec();
    context->saved_data["inputs"] = static_cast<int64_t>(saved.size());
    saved.insert(saved.end(), outputs.begin(), outputs.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["call"] = IValue::make_capsule(call);
    context->set_materialize_grads(false);
    return outputs;
  }

  static variable_list backward(AutogradContext *context, const variable_list &gradients) {
    const bool is_differentiated_again = at::GradMode::is_enabled();
    const auto call = c10::static_intrusive_pointer_cast<HostCall>(context->saved_data["call"].toCapsule());
    const auto count = static_cast<size_t>(context->saved_data["inputs"].toInt());
    const auto saved = context->get_saved_variables();
    variable_list found(count + 1);
    {
      const at::AutoGradMode off(false);
      const std::vector<IValue> inputs(saved.begin(), saved.begin() + static_cast<std::ptrdiff_t>(count));
      // The results as the call returned them, with tensors as they were saved.
      std::vector<IValue> results, flows;
      auto output = saved.begin() + static_cast<std::ptrdiff_t>(count);
      auto gradient = gradients.begin();
      for (size_t i = 0; i < saved.size() - count; ++i) {
        results.emplace_back(*output++);
        flows.push_back(gradient->defined() ? IValue(gradient->detach()) : IValue());
        ++gradient;
      }
      std::vector<uint8_t> needs;
      for (size_t i = 0; i < count; ++i) needs.push_back(context->needs_input_grad(i) ? 1 : 0);
      const Lent lent_inputs(inputs), lent_results(results), lent_flows(flows);
      std::vector<xylem_value> out(count);
      xylem_error error{};
      const auto status = call->call.backward(call->call.context, lent_inputs.data(), count, lent_results.data(),
                                              lent_results.size(), lent_flows.data(), needs.data(), out.data(), &error);
      if (status != XYLEM_OK) raise(error, status);
      const auto values = taken(out.data(), count);
      for (size_t i = 0; i < count; ++i) {
        if (values[i].isNone()) continue;
        const auto gradient_of_input = values[i].toTensor();
        TORCH_CHECK(gradient_of_input.sizes() == inputs[i].toTensor().sizes(), "the gradient of tensor ", i,
                    " has the shape ", gradient_of_input.sizes(), ", and the tensor ", inputs[i].toTensor().sizes());
        found[i + 1] = gradient_of_input;
      }
    }
    if (!is_differentiated_again) return found;
    // As constants, they would give a wrong second derivative.
    auto barrier = std::make_shared<torch::autograd::DelayedError>(
        "the gradient of a plugin's leaf has no gradient of its own", static_cast<int64_t>(found.size()));
    variable_list tracked;
    for (auto &value : found) tracked.push_back(value.defined() ? value.detach().requires_grad_() : value);
    return barrier->apply(std::move(tracked));
  }
};

xylem_status differentiable_call(const xylem_differentiable *source, const xylem_value *tensors, size_t count,
                                 xylem_value *results, size_t capacity, size_t *result_count, xylem_error *error) {
  return guarded(error, [&] {
    const auto call = c10::make_intrusive<HostCall>(*source);
    variable_list inputs;
    for (size_t i = 0; i < count; ++i) inputs.push_back(tensor(&tensors[i]));
    const at::TensorList list(inputs);
    auto outputs = Differentiable::apply(call, list);
    if (call->results.size() > capacity) throw StatusError(XYLEM_INVALID_ARGUMENT, "there are too many results");
    auto output = outputs.begin();
    *result_count = call->results.size();
    for (size_t i = 0; i < call->results.size(); ++i) {
      results[i] = wrap(call->results[i].isTensor() ? IValue(*output++) : call->results[i]);
    }
    // The node keeps what it needs; keeping the results too would create a cycle.
    call->results.clear();
  });
}

xylem_status tensor_written(const xylem_value *value, xylem_error *error) {
  return guarded(error, [&] {
    const auto written = tensor(value);
    if (at::GradMode::is_enabled() && written.requires_grad()) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "gradients are recorded for a tensor that the plugin writes in place");
    }
    torch::autograd::impl::bump_version(written);
  });
}

}  // namespace

void add_host_code(xylem_tensor_runtime &table) {
  table.operator_implement = operator_implement;
  table.differentiable_call = differentiable_call;
  table.tensor_written = tensor_written;
}

}  // namespace xylem
