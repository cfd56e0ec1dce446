/* Its symbol ends before the function pointers: plugin.short-struct. */
#define xylem_plugin the_right_one
#include "xylem_sdk.h"

XYLEM_PLUGIN("org.xylem.misbehaving.short-struct", "Short struct", "1.0")
#undef xylem_plugin

typedef struct {
  uint32_t struct_size, magic, abi_version, abi_needed;
  const char *id;
} short_entry;

extern const short_entry xylem_plugin;
__attribute__((visibility("default"))) const short_entry xylem_plugin = {
    sizeof(short_entry), XYLEM_PLUGIN_MAGIC, XYLEM_ABI_VERSION, XYLEM_ABI_VERSION, "org.xylem.misbehaving.short-struct"};
