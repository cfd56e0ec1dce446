/* Numbers and truth values: widths, signs, and more of them than registers. */
#include "subjects.h"

#define SAME(type_, name_) \
  type_ same_##name_(type_ x) { return x; } \
  int64_t given_##name_(const type_ *x) { return x ? 1 + (*x != 0) : 0; }
SAME(int8_t, i8)
SAME(int16_t, i16)
SAME(int32_t, i32)
SAME(int64_t, i64)
SAME(uint8_t, u8)
SAME(uint16_t, u16)
SAME(uint32_t, u32)
SAME(uint64_t, u64)
SAME(float, f32)
SAME(double, f64)
SAME(bool, bool)

/* Each argument has a weight of its own, so that no two can change places unseen. Eight of them are whole, in more registers than
   there are, and twelve are not. */
double mixed(int8_t a, double b, uint16_t c, float d, int32_t e, double f, uint8_t g, float h, int64_t i, double j, bool k,
             double l, uint32_t m, double n, int16_t o, double p, uint64_t q, float r, int8_t s, double t, double u) {
  return 1 * a + 2 * b + 3 * c + 4 * (double)d + 5 * (double)e + 6 * f + 7 * g + 8 * (double)h + 9 * (double)i + 10 * j +
         11 * k + 12 * l + 13 * (double)m + 14 * n + 15 * o + 16 * p + 17 * (double)q + 18 * (double)r + 19 * s + 20 * t +
         21 * u;
}

/* All narrow, and most of them on the stack. */
int64_t narrow(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int8_t g, uint8_t h, int16_t i,
               uint16_t j, int32_t k, uint32_t l, bool m) {
  const int64_t values[] = {a, b, c, d, e, f, g, h, i, j, k, l, m};
  int64_t sum = 0;
  for (int at = 0; at < 13; ++at) sum = sum * 3 + values[at];
  return sum;
}

float ratio(float a, float b) { return a / b; }
double half(double x) { return x / 2; }

/* Called as functions of narrower results: what is above those is not for the caller. */
uint64_t dirty(void) { return 0x5a5a5a5a5a5ade80u; }
uint64_t dirty_zero(void) { return 0x5a5a5a5a00000000u; }

int64_t counter = 0;
void count_up(int64_t by) { counter += by; }
int64_t counted(void) { return counter; }

double fails(double x) {
  xylem_fail("no root of %g", x);
  xylem_fail("a second reason, which does not count");
  return x;
}
void fails_at(int64_t x) {
  if (x < 0) xylem_fail("%lld is below 0", (long long)x);
}

const subject scalar_subjects[] = {
    SUBJECT(same_i8, "(i8) -> i8"),
    SUBJECT(same_i16, "(i16) -> i16"),
    SUBJECT(same_i32, "(i32) -> i32"),
    SUBJECT(same_i64, "(i64) -> i64"),
    SUBJECT(same_u8, "(u8) -> u8"),
    SUBJECT(same_u16, "(u16) -> u16"),
    SUBJECT(same_u32, "(u32) -> u32"),
    SUBJECT(same_u64, "(u64) -> u64"),
    SUBJECT(same_f32, "(f32) -> f32"),
    SUBJECT(same_f64, "(f64) -> f64"),
    SUBJECT(same_bool, "(bool) -> bool"),
    SUBJECT(given_i8, "(opt<i8>) -> i64"),
    SUBJECT(given_i16, "(opt<i16>) -> i64"),
    SUBJECT(given_i32, "(opt<i32>) -> i64"),
    SUBJECT(given_i64, "(opt<i64>) -> i64"),
    SUBJECT(given_u8, "(opt<u8>) -> i64"),
    SUBJECT(given_u16, "(opt<u16>) -> i64"),
    SUBJECT(given_u32, "(opt<u32>) -> i64"),
    SUBJECT(given_u64, "(opt<u64>) -> i64"),
    SUBJECT(given_f32, "(opt<f32>) -> i64"),
    SUBJECT(given_f64, "(opt<f64>) -> i64"),
    SUBJECT(given_bool, "(opt<bool>) -> i64"),
    SUBJECT(mixed, "(i8, f64, u16, f32, i32, f64, u8, f32, i64, f64, bool, f64, u32, f64, i16, f64, u64, f32, i8, f64, f64)"
                   " -> f64"),
    SUBJECT(narrow, "(i8, u8, i16, u16, i32, u32, i8, u8, i16, u16, i32, u32, bool) -> i64"),
    SUBJECT(ratio, "(f32, f32) -> f32"),
    SUBJECT(half, "(f64) -> f64"),
    SUBJECT(dirty, "() -> i8"),
    SUBJECT(dirty_zero, "() -> i8"),
    SUBJECT(count_up, "(i64) -> ()"),
    SUBJECT(counted, "() -> i64"),
    SUBJECT(fails, "(f64) -> f64"),
    SUBJECT(fails_at, "(i64) -> ()"),
    {NULL, NULL, NULL},
};
