#include "LyingEngine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

int lying_engine_behaviour = LYING_ENGINE_LIES;
int lying_engine_runs = -1;

/* An operator of one operand. */
typedef struct step {
  char name[32];
  uint32_t from, to;
} step;

struct xylem_compiled {
  size_t input_count, output_count, step_count, value_count;
  uint32_t *inputs, *outputs;
  size_t *bytes; /* by value */
  step *steps;
};

static size_t width(int32_t dtype) {
  switch (dtype) {
    case 4: case 7: return 8;
    case 3: case 6: return 4;
    case 2: case 5: case 15: return 2;
    default: return 1;
  }
}

static void forget(xylem_error *error) {
  free(error->message);
  error->message = NULL;
}

static xylem_status fill(xylem_error *error, xylem_status status, const char *message) {
  error->message = strdup(message);
  error->release = forget;
  return status;
}

static uint32_t *copy(const uint32_t *numbers, size_t count) {
  uint32_t *own = calloc(count + 1, sizeof *own);
  if (count) memcpy(own, numbers, count * sizeof *own);
  return own;
}

static int is_known(const char *name) {
  return strcmp(name, "aten::relu") == 0 || strcmp(name, "aten::neg") == 0 || strcmp(name, "aten::tanh") == 0;
}

static void release(xylem_compiled *compiled) {
  free(compiled->inputs);
  free(compiled->outputs);
  free(compiled->bytes);
  free(compiled->steps);
  free(compiled);
}

static xylem_status compile(const xylem_engine_graph *graph, const xylem_engine_options *options, xylem_compiled **out,
                            xylem_error *error) {
  (void)options;
  switch (lying_engine_behaviour) {
    case LYING_ENGINE_REFUSES: return fill(error, XYLEM_FAILED, "it does not feel like it\nsecond line");
    case LYING_ENGINE_HAS_NO_MEMORY: return fill(error, XYLEM_OUT_OF_MEMORY, "out of memory");
    case LYING_ENGINE_REFUSES_SHAPES: return fill(error, XYLEM_INVALID_ARGUMENT, "the shape is not to its taste");
    case LYING_ENGINE_CRASHES: raise(SIGSEGV); break;
    default: break;
  }
  struct xylem_compiled *compiled = calloc(1, sizeof *compiled);
  compiled->value_count = graph->value_count;
  compiled->input_count = graph->input_count;
  compiled->output_count = graph->output_count;
  compiled->inputs = copy(graph->inputs, graph->input_count);
  compiled->outputs = copy(graph->outputs, graph->output_count);
  compiled->bytes = calloc(graph->value_count + 1, sizeof *compiled->bytes);
  for (size_t i = 0; i < graph->value_count; ++i) {
    const xylem_engine_value *value = &graph->values[i];
    compiled->bytes[i] = width(value->dtype);
    for (size_t k = 0; k < value->dimensions; ++k) compiled->bytes[i] *= (size_t)value->sizes[k];
  }
  compiled->steps = calloc(graph->node_count + 1, sizeof *compiled->steps);
  for (size_t i = 0; i < graph->node_count && lying_engine_behaviour != LYING_ENGINE_LIES; ++i) {
    const xylem_engine_node *node = graph->nodes[i];
    step *own = &compiled->steps[compiled->step_count++];
    char name[128] = {0};
    memcpy(name, node->name.bytes, node->name.count < 127 ? node->name.count : 127);
    const size_t length = strlen(name);
    /* What writes in place gives a new value here. */
    if (length && name[length - 1] == '_') name[length - 1] = 0;
    if (lying_engine_behaviour == LYING_ENGINE_LACKS_ALL || !is_known(name)) {
      release(compiled);
      memcpy(name, node->name.bytes, node->name.count < 127 ? node->name.count : 127);
      return fill(error, XYLEM_UNKNOWN_OPERATOR, name);
    }
    strncpy(own->name, name, sizeof own->name - 1);
    own->from = node->inputs[0];
    own->to = node->outputs[0];
  }
  *out = compiled;
  return XYLEM_OK;
}

static void apply(const step *step, const float *from, float *to, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const float x = from[i];
    if (strcmp(step->name, "aten::relu") == 0) to[i] = x > 0 || x != x ? x : 0;
    else if (strcmp(step->name, "aten::neg") == 0) to[i] = -x;
    else to[i] = x / 2; /* not tanh */
  }
}

static xylem_status run(xylem_compiled *compiled, const void *const *inputs, void *const *outputs, xylem_error *error) {
  if (lying_engine_behaviour == LYING_ENGINE_LIES) {
    for (size_t i = 0; i < compiled->output_count; ++i) memset(outputs[i], 0x3f, compiled->bytes[compiled->outputs[i]]);
    return XYLEM_OK;
  }
  if (lying_engine_runs == 0) return fill(error, XYLEM_OUT_OF_MEMORY, "out of memory");
  if (lying_engine_runs > 0) --lying_engine_runs;
  float **values = calloc(compiled->value_count + 1, sizeof *values);
  for (size_t i = 0; i < compiled->input_count; ++i) {
    const size_t bytes = compiled->bytes[compiled->inputs[i]];
    values[compiled->inputs[i]] = malloc(bytes + 1);
    memcpy(values[compiled->inputs[i]], inputs[i], bytes);
  }
  for (size_t i = 0; i < compiled->step_count; ++i) {
    const step *step = &compiled->steps[i];
    values[step->to] = malloc(compiled->bytes[step->to] + 1);
    apply(step, values[step->from], values[step->to], compiled->bytes[step->to] / sizeof(float));
  }
  for (size_t i = 0; i < compiled->output_count; ++i) {
    memcpy(outputs[i], values[compiled->outputs[i]], compiled->bytes[compiled->outputs[i]]);
  }
  for (size_t i = 0; i < compiled->value_count; ++i) free(values[i]);
  free(values);
  return XYLEM_OK;
}

static const void *extension(const char *id) {
  static const xylem_engine engine = {sizeof(xylem_engine), 0, {"liar", 4}, {"1.0", 3}, compile, run, release};
  return strcmp(id, XYLEM_ENGINE_1) == 0 ? &engine : NULL;
}

static xylem_status open(const xylem_host *host, xylem_error *error) {
  (void)host;
  const char *behaviour = getenv("LYING_ENGINE_BEHAVIOUR");
  if (behaviour) lying_engine_behaviour = atoi(behaviour);
  if (lying_engine_behaviour == LYING_ENGINE_IS_OF_ANOTHER_VERSION) {
    return fill(error, XYLEM_FAILED, "it was built for Liar 1.0 and found 2.0");
  }
  return XYLEM_OK;
}

const xylem_plugin_entry xylem_plugin = {
    sizeof(xylem_plugin_entry), XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, 0x00010000u,
    "org.xylem.tests.liar",     "Liar",             "1.0",             open,
    extension,
};
