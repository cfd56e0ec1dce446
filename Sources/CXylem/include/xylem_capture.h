/*
 * The extension "xylem.capture/1" of the tensor runtime: the operators that a thread calls, with all that is known
 * about their values, in the form that engines compile.
 */
#ifndef XYLEM_CAPTURE_H
#define XYLEM_CAPTURE_H

#include "xylem_engine.h"
#include "xylem_tensor_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XYLEM_CAPTURE_1 "xylem.capture/1"

typedef struct xylem_capture xylem_capture;

#define XYLEM_CAPTURE_RANDOM 1u     /* draws random numbers */
#define XYLEM_CAPTURE_DEPENDS 2u    /* a result's shape, or a result that is no tensor, depends on elements */
#define XYLEM_CAPTURE_OVERWRITES 4u /* writes memory that other values show */
#define XYLEM_CAPTURE_OPAQUE 8u     /* takes or returns what no engine can */

typedef struct xylem_captured_node {
  xylem_engine_node node;
  uint32_t section;
  uint32_t flags;
} xylem_captured_node;

typedef struct xylem_captured {
  const xylem_engine_value *values;
  size_t value_count;
  const xylem_captured_node *nodes;
  size_t node_count;
  /* By value: the section that it comes from; XYLEM_CAPTURE_OUTSIDE for constants and inputs. */
  const uint32_t *sections;
  /* The sections in which elements were read other than by operators. */
  const uint32_t *reading;
  size_t reading_count;
} xylem_captured;

#define XYLEM_CAPTURE_OUTSIDE UINT32_MAX
#define XYLEM_CAPTURE_UNKNOWN (UINT32_MAX - 1)

typedef struct xylem_capture_table {
  uint32_t struct_size;
  uint32_t reserved;

  /*
   * Begins to record the operators that the calling thread calls, until `end` on the same thread. A capture within a
   * capture is an error. `inputs` are values that other calls will have other elements for. Operators in `expanded`
   * that consist of others are recorded as those. One thread uses a capture at a time.
   */
  xylem_status (*begin)(const xylem_value *inputs, size_t count, const xylem_text *expanded, size_t expanded_count,
                        xylem_capture **out, xylem_error *error);
  /* What follows belongs to a section. Sections only grow. */
  void (*section)(xylem_capture *capture, uint32_t number);
  /* Tensors in a value that no recorded operator made, and that are not the model's: they are results of the section. */
  xylem_status (*note)(xylem_capture *capture, const xylem_value *value, xylem_error *error);
  /* The calling thread reads elements other than by an operator: what follows may depend on them. */
  void (*read)(void);
  /* Operators of the calling thread are not recorded, or again: elements of the model's own tensors are made. */
  void (*pause)(int32_t is_paused);
  /* The flags of the section's nodes so far. [before end] */
  uint32_t (*flags)(const xylem_capture *capture);
  void (*end)(xylem_capture *capture); /* stops recording */
  void (*release)(xylem_capture *capture);

  /* The recorded values and nodes. Live as long as the capture. [after end] */
  xylem_status (*content)(xylem_capture *capture, xylem_captured *out, xylem_error *error);
  /*
   * The number of the value that a tensor shows now; XYLEM_CAPTURE_OUTSIDE for one whose elements do not depend on the
   * inputs, XYLEM_CAPTURE_UNKNOWN for one that no recorded operator made or read.
   */
  uint32_t (*number)(const xylem_capture *capture, const xylem_value *tensor);
  /* From now on `is_current` asks whether an attribute holds the tensor that it holds now. */
  xylem_status (*watch)(xylem_capture *capture, const xylem_value *owner, xylem_text name, xylem_error *error);
  /*
   * Whether the constants that come from outside have the elements that they had, and watched attributes the tensors.
   * [any thread, after end]
   */
  int32_t (*is_current)(const xylem_capture *capture);
  /*
   * Runs recorded nodes again, from other inputs, and returns some of the values: tensors, owned by the caller. If
   * `as_double`, in float64 wherever they were recorded in float32. [after end]
   */
  xylem_status (*replay)(const xylem_capture *capture, const uint32_t *nodes, size_t node_count, const uint32_t *inputs,
                         const xylem_value *values, size_t input_count, const uint32_t *outputs, size_t output_count,
                         int32_t as_double, xylem_value *out, xylem_error *error);
} xylem_capture_table;

#ifdef __cplusplus
}
#endif
#endif
