/*
 * The extension "xylem.engine/1": an engine that compiles operators for fixed shapes.
 *
 * A graph is a list of PyTorch's operators in order. Each operand is a value with a number. What is not a tensor is
 * constant: shapes are known. Tensors are in row-major order, on the CPU.
 *
 * In brackets: the caller of a function, and the thread.
 */
#ifndef XYLEM_ENGINE_H
#define XYLEM_ENGINE_H

#include "xylem_tensor_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XYLEM_ENGINE_1 "xylem.engine/1"

typedef enum xylem_engine_kind {
  XYLEM_ENGINE_NONE = 0,
  XYLEM_ENGINE_BOOL,     /* integer */
  XYLEM_ENGINE_INT,      /* integer */
  XYLEM_ENGINE_DOUBLE,   /* number */
  XYLEM_ENGINE_STRING,   /* text; devices too */
  XYLEM_ENGINE_BOOLS,    /* integers, count */
  XYLEM_ENGINE_INTS,     /* integers, count */
  XYLEM_ENGINE_DOUBLES,  /* numbers, count */
  XYLEM_ENGINE_LIST,     /* elements, count: tensors or none */
  XYLEM_ENGINE_CONSTANT, /* a tensor: dtype, sizes, data */
  XYLEM_ENGINE_COMPUTED, /* a tensor that is an input or an operator's result: dtype, sizes */
  XYLEM_ENGINE_OTHER,    /* no engine takes it */
} xylem_engine_kind;

typedef struct xylem_engine_value {
  int32_t kind;
  int32_t dtype; /* PyTorch's number, as in xylem_tensor_info */
  const int64_t *sizes;
  size_t dimensions;
  const void *data;
  int64_t integer;
  double number;
  xylem_text text;
  const int64_t *integers;
  const double *numbers;
  const uint32_t *elements; /* numbers of values */
  size_t count;
} xylem_engine_value;

typedef struct xylem_engine_node {
  xylem_text name;   /* "aten::add" */
  xylem_text schema; /* "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor" */
  const uint32_t *inputs; /* numbers of values, one for each argument of the schema */
  size_t input_count;
  const uint32_t *outputs;
  size_t output_count;
} xylem_engine_node;

typedef struct xylem_engine_graph {
  const xylem_engine_value *values;
  size_t value_count;
  const xylem_engine_node *const *nodes;
  size_t node_count;
  const uint32_t *inputs; /* computed values that the caller passes */
  size_t input_count;
  const uint32_t *outputs; /* results of nodes; none is an input or occurs twice */
  size_t output_count;
} xylem_engine_graph;

typedef enum xylem_engine_precision {
  XYLEM_ENGINE_F32 = 0,  /* float32 throughout */
  XYLEM_ENGINE_BF16 = 1, /* bfloat16 where the engine gains from it */
} xylem_engine_precision;

typedef struct xylem_engine_options {
  uint32_t struct_size;
  int32_t threads; /* at least 1 */
  int32_t precision;
} xylem_engine_options;

typedef struct xylem_compiled xylem_compiled;

typedef struct xylem_engine {
  uint32_t struct_size;
  uint32_t reserved;
  xylem_text name;    /* "openvino" */
  xylem_text version; /* "2026.4.1" */

  /*
   * Compiles a graph. XYLEM_UNKNOWN_OPERATOR for operators that the engine lacks: the message is their names, separated
   * by spaces. XYLEM_INVALID_ARGUMENT for values that it can't take. Constants must live as long as what was compiled.
   * [host; any thread]
   */
  xylem_status (*compile)(const xylem_engine_graph *graph, const xylem_engine_options *options, xylem_compiled **out,
                          xylem_error *error);
  /*
   * Runs what was compiled. Inputs and outputs are the elements of tensors with the shapes that it was compiled for, in
   * row-major order; outputs are written and share no memory with inputs or each other. [host; any thread, several at
   * once]
   */
  xylem_status (*run)(xylem_compiled *compiled, const void *const *inputs, void *const *outputs, xylem_error *error);
  void (*release)(xylem_compiled *compiled); /* [host; any thread, no run under way] */
} xylem_engine;

#ifdef __cplusplus
}
#endif
#endif
