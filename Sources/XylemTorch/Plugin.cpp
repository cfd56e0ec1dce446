// The library's only symbol.
#include "Capture.h"
#include "Operators.h"

#include "XylemTorch.h"

#include <c10/util/Logging.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/profiling_graph_executor_impl.h>
#include <torch/version.h>

namespace xylem {

static xylem_tensor_runtime make_table() {
  xylem_tensor_runtime table{};
  table.struct_size = sizeof table;
  static const std::string name = std::string("libtorch ") + TORCH_VERSION;
  table.name = text(name);
  add_values(table);
  add_tensors(table);
  add_state(table);
  add_operators(table);
  add_archives(table);
  add_modules(table);
  add_functions(table);
  add_callables(table);
  add_autocast(table);
  add_compiler(table);
  add_exporters(table);
  add_records(table);
  add_host_code(table);
  add_products(table);
  return table;
}

static xylem_status open(const xylem_host *host, xylem_error *error) {
  return guarded(error, [&] {
    if (!host || host->abi_version >> 16 != XYLEM_ABI_VERSION >> 16) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the host's ABI is of another major version");
    }
    // Code runs as it was written: no profiling runs, no specialised copies.
    torch::jit::getProfilingMode() = false;
    torch::jit::setGraphExecutorOptimize(false);
    // Errors keep no stack frames: resolving their names takes tenths of a second, and they are not used.
    c10::SetStackTraceFetcher(std::function<std::string()>([] { return std::string(); }));
    register_vision_schemas();
    register_checked_division();
    register_upgraders();
    register_autocast_scope();
  });
}

static const void *extension(const char *id) {
  static const xylem_tensor_runtime table = make_table();
  if (std::strcmp(id, XYLEM_CAPTURE_1) == 0) return &capture_table();
  return std::strcmp(id, XYLEM_TENSOR_RUNTIME_1) == 0 ? &table : nullptr;
}

}  // namespace xylem

extern "C" const xylem_plugin_entry xylem_plugin = {
    sizeof(xylem_plugin_entry), XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, 0x00010000u,
    "org.xylem.torch",          "libtorch",         TORCH_VERSION,     xylem::open,
    xylem::extension,
};
