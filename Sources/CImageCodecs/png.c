#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/// The remaining input, with the outcome to set.
typedef struct reader {
  const uint8_t *next;
  size_t left;
  xylem_codec_outcome *outcome;
} reader;

/// The output so far, with the outcome to set.
typedef struct writer {
  xylem_codec_buffer buffer;
  size_t capacity;
  xylem_codec_outcome *outcome;
} writer;

static void on_error(png_structp png, png_const_charp message) {
  xylem_codec_outcome *outcome = png_get_error_ptr(png);
  outcome->status = XYLEM_CODEC_MALFORMED;
  if (strstr(message, "memory") != NULL) outcome->status = XYLEM_CODEC_NO_MEMORY;
  snprintf(outcome->message, sizeof outcome->message, "%s", message);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep into, size_t count) {
  reader *source = png_get_io_ptr(png);
  if (count > source->left) png_error(png, "the file ends too early");
  memcpy(into, source->next, count);
  source->next += count;
  source->left -= count;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  writer *target = png_get_io_ptr(png);
  if (count > target->capacity - target->buffer.count) {
    size_t capacity = (target->buffer.count + count) * 2;
    uint8_t *grown = realloc(target->buffer.bytes, capacity);
    if (grown == NULL) png_error(png, "not enough memory");
    target->buffer.bytes = grown;
    target->capacity = capacity;
  }
  memcpy(target->buffer.bytes + target->buffer.count, bytes, count);
  target->buffer.count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void fail_without_memory(xylem_codec_outcome *outcome) {
  outcome->status = XYLEM_CODEC_NO_MEMORY;
  snprintf(outcome->message, sizeof outcome->message, "not enough memory");
}

/// A reading structure that reads from `source`, or NULL with the outcome set.
static png_structp make_reading(reader *source, png_infop *info) {
  memset(source->outcome, 0, sizeof *source->outcome);
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source->outcome, on_error, on_warning);
  *info = png == NULL ? NULL : png_create_info_struct(png);
  if (*info == NULL) {
    png_destroy_read_struct(&png, NULL, NULL);
    if (source->outcome->status == XYLEM_CODEC_OK) fail_without_memory(source->outcome);
    return NULL;
  }
  return png;
}

/// Reads everything before the pixels. The caller's limit on pixels replaces libpng's own limit on width and height.
static void read_header(png_structp png, png_infop info, reader *source) {
  png_set_read_fn(png, source, read_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info(png, info);
}

xylem_codec_size xylem_codec_png_size(const uint8_t *bytes, size_t count, xylem_codec_outcome *outcome) {
  reader source = {bytes, count, outcome};
  xylem_codec_size size = {0, 0};
  png_infop info;
  png_structp png = make_reading(&source, &info);
  if (png == NULL) return size;
  if (setjmp(png_jmpbuf(png)) == 0) {
    read_header(png, info, &source);
  }
  if (outcome->status == XYLEM_CODEC_OK) {
    size.width = png_get_image_width(png, info);
    size.height = png_get_image_height(png, info);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return size;
}

/// Converts one row of 16-bit gray, in the first two thirds of `row`, to RGB in place. Values above 255 become 255: the
/// level is used directly, not as a fraction of 65,535, as in Pillow's conversion.
static void widen_deep_gray(uint8_t *row, uint32_t width) {
  for (size_t x = width; x-- > 0;) {
    uint8_t level = row[x * 2] != 0 ? 255 : row[x * 2 + 1];
    memset(row + x * 3, level, 3);
  }
}

/// Requests 8-bit RGB. Returns whether the rows are 16-bit gray instead, which `widen_deep_gray` converts.
static int request_rgb(png_structp png, png_infop info) {
  int color = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  if (color == PNG_COLOR_TYPE_GRAY && depth == 16) return 1;
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16) png_set_strip_16(png);
  if ((color & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
  return 0;
}

static void read_rows(png_structp png, png_infop info, uint8_t *pixels, size_t pixel_bytes) {
  int deep_gray = request_rgb(png, info);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  uint32_t width = png_get_image_width(png, info);
  uint32_t height = png_get_image_height(png, info);
  size_t stride = (size_t)width * 3;
  if (stride * height != pixel_bytes) png_error(png, "the size changed between two readings");
  if (png_get_rowbytes(png, info) != (size_t)width * (deep_gray ? 2 : 3)) png_error(png, "the rows have an odd size");
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) png_read_row(png, pixels + stride * y, NULL);
  }
  if (deep_gray) {
    for (uint32_t y = 0; y < height; y++) widen_deep_gray(pixels + stride * y, width);
  }
}

void xylem_codec_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_bytes, xylem_codec_outcome *outcome) {
  reader source = {bytes, count, outcome};
  png_infop info;
  png_structp png = make_reading(&source, &info);
  if (png == NULL) return;
  if (setjmp(png_jmpbuf(png)) == 0) {
    read_header(png, info, &source);
    read_rows(png, info, pixels, pixel_bytes);
    png_read_end(png, NULL);
  }
  png_destroy_read_struct(&png, &info, NULL);
}

xylem_codec_buffer xylem_codec_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, xylem_codec_outcome *outcome) {
  writer target = {{NULL, 0}, 0, outcome};
  xylem_codec_buffer nothing = {NULL, 0};
  memset(outcome, 0, sizeof *outcome);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, outcome, on_error, on_warning);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  if (info == NULL) {
    png_destroy_write_struct(&png, NULL);
    if (outcome->status == XYLEM_CODEC_OK) fail_without_memory(outcome);
    return nothing;
  }
  if (setjmp(png_jmpbuf(png)) == 0) {
    png_set_write_fn(png, &target, write_bytes, flush_nothing);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(
        png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + (size_t)width * 3 * y);
    png_write_end(png, info);
  }
  png_destroy_write_struct(&png, &info);
  if (outcome->status != XYLEM_CODEC_OK) {
    free(target.buffer.bytes);
    return nothing;
  }
  return target.buffer;
}

void xylem_codec_free(xylem_codec_buffer buffer) { free(buffer.bytes); }
