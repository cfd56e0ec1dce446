#include "xylem_templates.h"

/* C23's #embed, which the compiler supports in every language mode. */
#pragma clang diagnostic ignored "-Wc23-extensions"

#define XYLEM_TEMPLATE(name) static const char name[]

XYLEM_TEMPLATE(c_source) = {
#embed "files/c/plugin.c.template"
    , 0};
XYLEM_TEMPLATE(c_makefile) = {
#embed "files/c/Makefile.template"
    , 0};
XYLEM_TEMPLATE(c_readme) = {
#embed "files/c/README.md.template"
    , 0};
XYLEM_TEMPLATE(dlpack_header) = {
#embed "../CXylem/include/xylem_dlpack.h"
    , 0};
XYLEM_TEMPLATE(leaves_header) = {
#embed "../CXylem/include/xylem_leaves.h"
    , 0};
XYLEM_TEMPLATE(note_header) = {
#embed "../CXylem/include/xylem_note.h"
    , 0};
XYLEM_TEMPLATE(plugin_header) = {
#embed "../CXylem/include/xylem_plugin.h"
    , 0};
XYLEM_TEMPLATE(sdk_header) = {
#embed "../CXylem/include/xylem_sdk.h"
    , 0};
XYLEM_TEMPLATE(swift_manifest) = {
#embed "files/swift/Package.swift.template"
    , 0};
XYLEM_TEMPLATE(swift_source) = {
#embed "files/swift/Sources/plugin.swift.template"
    , 0};
XYLEM_TEMPLATE(swift_declarations) = {
#embed "files/swift/Declarations/plugin.c.template"
    , 0};
XYLEM_TEMPLATE(swift_readme) = {
#embed "files/swift/README.md.template"
    , 0};
XYLEM_TEMPLATE(ignored) = {
#embed "files/gitignore.template"
    , 0};

static const xylem_template_file files[] = {
    {"c", ".gitignore", ignored},
    {"c", "@NAME@.c", c_source},
    {"c", "Makefile", c_makefile},
    {"c", "README.md", c_readme},
    {"c", "include/xylem_dlpack.h", dlpack_header},
    {"c", "include/xylem_leaves.h", leaves_header},
    {"c", "include/xylem_note.h", note_header},
    {"c", "include/xylem_plugin.h", plugin_header},
    {"c", "include/xylem_sdk.h", sdk_header},
    {"swift", ".gitignore", ignored},
    {"swift", "Declarations/@NAME@.c", swift_declarations},
    {"swift", "Package.swift", swift_manifest},
    {"swift", "README.md", swift_readme},
    {"swift", "Sources/@NAME@.swift", swift_source},
};

const xylem_template_file *xylem_template_file_at(size_t index) {
  return index < sizeof files / sizeof files[0] ? &files[index] : NULL;
}
