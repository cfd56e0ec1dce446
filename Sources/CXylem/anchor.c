/* The headers must compile as C11 on their own. */
#include "CXylem.h"

_Static_assert(sizeof(xylem_value) == 16, "a value is a tag and a payload of eight bytes");
_Static_assert(offsetof(xylem_plugin_entry, struct_size) == 0, "sizes come first");
_Static_assert(offsetof(xylem_tensor_runtime, struct_size) == 0, "sizes come first");
