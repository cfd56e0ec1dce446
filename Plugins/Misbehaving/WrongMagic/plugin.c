/* Its note is correct, but its symbol is not a plugin's: plugin.wrong-magic. */
#define xylem_plugin the_right_one
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.wrong-magic", "Wrong magic", "1.0")
#undef xylem_plugin

extern const xylem_plugin_entry xylem_plugin;
__attribute__((visibility("default"))) const xylem_plugin_entry xylem_plugin = {
    sizeof(xylem_plugin_entry), 0x12345678u,       XYLEM_ABI_VERSION, XYLEM_ABI_VERSION, "org.xylem.misbehaving.wrong-magic",
    "Wrong magic",              "1.0",             xylem_sdk_open,    xylem_sdk_extension};
