/* The library has one symbol, `xylem_plugin`, declared in xylem_plugin.h by its type. */
#ifndef XYLEM_OPENVINO_H
#define XYLEM_OPENVINO_H
#include <CXylem.h>
#ifdef __cplusplus
extern "C" {
#endif
XYLEM_EXPORT extern const xylem_plugin_entry xylem_plugin;
#ifdef __cplusplus
}
#endif
#endif
