/* Its note and its table have different signatures: plugin.mismatch. */
#include "xylem_sdk.h"

static double half(double x) { return x / 2; }

static const struct {
  XYLEM_NOTE_HEAD
  xylem_note_leaf_function head;
  char texts[sizeof "half\0(f64, f64) -> f64\0\0\0halves a number"];
} half_note XYLEM_NOTE_PLACE = {XYLEM_NOTE_HEAD_OF(half_note, XYLEM_NOTE_LEAF_FUNCTION),
                                {XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, 1, 0},
                                "half\0(f64, f64) -> f64\0\0\0halves a number"};

static const xylem_leaf_function half_leaf = {
    sizeof(xylem_leaf_function), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC,  1,    "half", "(f64) -> f64", "halves a number", NULL,
    (xylem_any_function)half,    NULL,            NULL};
static const xylem_leaf_function *const half_entry __attribute__((section("xylem_functions"))) XYLEM_KEPT = &half_leaf;

XYLEM_PLUGIN("org.xylem.misbehaving.note-disagrees", "Note and table disagree", "1.0")
