/* An engine for tests, which computes relu and neg as they are, and whatever else wrongly. */
#ifndef LYING_ENGINE_H
#define LYING_ENGINE_H

#include <xylem_engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What it does. The variable LYING_ENGINE_BEHAVIOUR has the number where it is loaded by another process. */
enum lying_engine_behaviours {
  LYING_ENGINE_LIES = 0,           /* gives every result the same bytes */
  LYING_ENGINE_REFUSES,            /* compiles nothing, with a reason of two lines */
  LYING_ENGINE_LACKS_ALL,          /* knows no operator */
  LYING_ENGINE_HAS_NO_MEMORY,      /* compiles nothing */
  LYING_ENGINE_REFUSES_SHAPES,     /* compiles nothing */
  LYING_ENGINE_CRASHES,            /* ends the process when it compiles */
  LYING_ENGINE_IS_OF_ANOTHER_VERSION, /* can't be opened */
  LYING_ENGINE_COMPUTES,           /* computes relu and neg, and x / 2 for tanh; knows no other operator */
};

XYLEM_EXPORT extern int lying_engine_behaviour;
/* The number of runs after which it is out of memory; negative for no limit. */
XYLEM_EXPORT extern int lying_engine_runs;
XYLEM_EXPORT extern const xylem_plugin_entry xylem_plugin;

#ifdef __cplusplus
}
#endif
#endif
