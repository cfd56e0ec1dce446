#include "LyingEngine.h"

#include <stdlib.h>
#include <string.h>

int lying_engine_behaviour = 0;

/* The bytes of each output. */
struct xylem_compiled {
  size_t count;
  size_t bytes[64];
  int runs;
};

static size_t width(int32_t dtype) {
  switch (dtype) {
    case 4: case 7: return 8;
    case 3: case 6: return 4;
    case 2: case 5: case 15: return 2;
    default: return 1;
  }
}

static xylem_status fill(xylem_error *error, xylem_status status, const char *message) {
  error->message = strdup(message);
  error->release = NULL;
  return status;
}

static xylem_status compile(const xylem_engine_graph *graph, const xylem_engine_options *options, xylem_compiled **out,
                            xylem_error *error) {
  (void)options;
  if (lying_engine_behaviour == 1) return fill(error, XYLEM_FAILED, "it does not feel like it\nsecond line");
  if (lying_engine_behaviour == 2) {
    char name[128] = {0};
    memcpy(name, graph->nodes[0]->name.bytes, graph->nodes[0]->name.count);
    return fill(error, XYLEM_UNKNOWN_OPERATOR, name);
  }
  if (graph->output_count > 64) return fill(error, XYLEM_INVALID_ARGUMENT, "too many results");
  struct xylem_compiled *compiled = calloc(1, sizeof *compiled);
  compiled->count = graph->output_count;
  for (size_t i = 0; i < graph->output_count; ++i) {
    const xylem_engine_value *value = &graph->values[graph->outputs[i]];
    size_t bytes = width(value->dtype);
    for (size_t k = 0; k < value->dimensions; ++k) bytes *= (size_t)value->sizes[k];
    compiled->bytes[i] = bytes;
  }
  *out = compiled;
  return XYLEM_OK;
}

static xylem_status run(xylem_compiled *compiled, const void *const *inputs, void *const *outputs, xylem_error *error) {
  (void)inputs;
  (void)error;
  for (size_t i = 0; i < compiled->count; ++i) memset(outputs[i], 0x3f, compiled->bytes[i]);
  return XYLEM_OK;
}

static void release(xylem_compiled *compiled) { free(compiled); }

static const void *extension(const char *id) {
  static const xylem_engine engine = {sizeof(xylem_engine), 0, {"liar", 4}, {"1.0", 3}, compile, run, release};
  return strcmp(id, XYLEM_ENGINE_1) == 0 ? &engine : NULL;
}

static xylem_status open(const xylem_host *host, xylem_error *error) {
  (void)host;
  (void)error;
  return XYLEM_OK;
}

const xylem_plugin_entry xylem_plugin = {
    sizeof(xylem_plugin_entry), XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, 0x00010000u,
    "org.xylem.tests.liar",     "Liar",             "1.0",             open,
    extension,
};
