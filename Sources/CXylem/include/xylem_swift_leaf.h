/* The part shared by a plugin's C declarations and its Swift code: see xylem_sdk_swift.h. */
#ifndef XYLEM_SWIFT_LEAF_H
#define XYLEM_SWIFT_LEAF_H

#include "xylem_leaves.h"

/* A leaf that is declared in C and written in Swift. */
typedef struct xylem_swift_leaf {
  const xylem_leaf_module_type *module; /* this or */
  const xylem_leaf_function *function;  /* that; the other is null */
  void *implementation;                 /* what the Swift code registered under the name; from `open` on, and then constant */
} xylem_swift_leaf;

#endif
