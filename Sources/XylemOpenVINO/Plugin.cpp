// The library's only symbol, and the engine's table.
#include "Compiled.h"
#include "XylemOpenVINO.h"

#include <openvino/core/version.hpp>

#include <cstring>

#define XYLEM_TEXT_OF(x) #x
#define XYLEM_TEXT(x) XYLEM_TEXT_OF(x)
/* The version of the headers. */
#define XYLEM_OPENVINO_VERSION \
  XYLEM_TEXT(OPENVINO_VERSION_MAJOR) "." XYLEM_TEXT(OPENVINO_VERSION_MINOR) "." XYLEM_TEXT(OPENVINO_VERSION_PATCH)

namespace xylem {

static xylem_status compile(const xylem_engine_graph *graph, const xylem_engine_options *options, xylem_compiled **out,
                            xylem_error *error) {
  return guarded(error, [&] { *out = reinterpret_cast<xylem_compiled *>(new Compiled(*graph, *options)); });
}

static xylem_status run(xylem_compiled *compiled, const void *const *inputs, void *const *outputs, xylem_error *error) {
  return guarded(error, [&] { reinterpret_cast<Compiled *>(compiled)->run(inputs, outputs); });
}

static void release(xylem_compiled *compiled) { delete reinterpret_cast<Compiled *>(compiled); }

static const void *extension(const char *id) {
  static const std::string version = XYLEM_OPENVINO_VERSION;
  static const xylem_engine engine = {
      sizeof(xylem_engine), 0, {"openvino", 8}, {version.data(), version.size()}, compile, run, release,
  };
  return std::strcmp(id, XYLEM_ENGINE_1) == 0 ? &engine : nullptr;
}

static xylem_status open(const xylem_host *host, xylem_error *error) {
  return guarded(error, [&] {
    if (!host || host->abi_version >> 16 != XYLEM_ABI_VERSION >> 16) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the host's ABI is of another major version");
    }
    // The headers and the library belong together: the C++ interface changes from version to version.
    const std::string found = ov::get_openvino_version().buildNumber;
    if (found.rfind(XYLEM_OPENVINO_VERSION, 0) != 0) {
      throw StatusError(XYLEM_FAILED, std::string("it was built for OpenVINO ") + XYLEM_OPENVINO_VERSION +
                                          " and found " + found);
    }
  });
}

}  // namespace xylem

extern "C" const xylem_plugin_entry xylem_plugin = {
    sizeof(xylem_plugin_entry), XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, 0x00010000u,
    "org.xylem.openvino",       "OpenVINO",         XYLEM_OPENVINO_VERSION,  xylem::open,
    xylem::extension,
};
