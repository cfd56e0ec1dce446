/* An engine for tests that takes every graph and computes nothing right. */
#ifndef LYING_ENGINE_H
#define LYING_ENGINE_H
#include <xylem_engine.h>
XYLEM_EXPORT extern const xylem_plugin_entry xylem_plugin;
/* What it does from now on: 0 lies, 1 fails to compile, 2 lacks every operator, 3 fails to run after the checks. */
XYLEM_EXPORT extern int lying_engine_behaviour;
#endif
