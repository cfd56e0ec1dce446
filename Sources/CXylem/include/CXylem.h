/* All native code that Xylem loads uses these headers. C11 and C++17. */
#ifndef CXYLEM_H
#define CXYLEM_H

#include "xylem_plugin.h"
#include "xylem_dlpack.h"
#include "xylem_leaves.h"
#include "xylem_note.h"
#include "xylem_swift_leaf.h"
#include "xylem_tensor_runtime.h"

#endif
