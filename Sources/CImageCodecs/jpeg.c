#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

// Must be last: its declarations depend on how jpeglib.h was configured.
#include <jerror.h>

/// A progressive file may request any number of passes over all its pixels. More than this is not a photograph.
static const int maximum_scans = 500;

/// libjpeg's error manager with the place to return to. The manager comes first: libjpeg passes its address.
typedef struct failure_manager {
  struct jpeg_error_mgr base;
  jmp_buf landing;
  xylem_codec_outcome *outcome;
} failure_manager;

static void leave(j_common_ptr info, int32_t status) {
  failure_manager *manager = (failure_manager *)info->err;
  char text[JMSG_LENGTH_MAX];
  manager->base.format_message(info, text);
  manager->outcome->status = status;
  snprintf(manager->outcome->message, sizeof manager->outcome->message, "%s", text);
  longjmp(manager->landing, 1);
}

static void leave_with(j_common_ptr info, int32_t status, const char *message) {
  failure_manager *manager = (failure_manager *)info->err;
  manager->outcome->status = status;
  snprintf(manager->outcome->message, sizeof manager->outcome->message, "%s", message);
  longjmp(manager->landing, 1);
}

static void on_error(j_common_ptr info) {
  switch (info->err->msg_code) {
  case JERR_OUT_OF_MEMORY:
    leave(info, XYLEM_CODEC_NO_MEMORY);
    break;
  case JERR_BAD_PRECISION:
  case JERR_SOF_UNSUPPORTED:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_CCIR601_NOTIMPL:
  case JERR_FRACT_SAMPLE_NOTIMPL:
  case JERR_ARITH_NOTIMPL:
  case JERR_NOT_COMPILED:
    leave(info, XYLEM_CODEC_UNSUPPORTED);
    break;
  default:
    leave(info, XYLEM_CODEC_MALFORMED);
  }
}

/// libjpeg fills in the parts that it could not decode and reports a warning. Those warnings are errors here; warnings
/// about harmless oddities are not.
static void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  info->err->num_warnings++;
  switch (info->err->msg_code) {
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
#ifdef D_ARITH_CODING_SUPPORTED
  case JWRN_ARITH_BAD_CODE:
#endif
  case JWRN_MUST_RESYNC:
    leave(info, XYLEM_CODEC_MALFORMED);
  }
}

static void on_output(j_common_ptr info) { (void)info; }

static void on_progress(j_common_ptr info) {
  if (((j_decompress_ptr)info)->input_scan_number > maximum_scans) {
    leave_with(info, XYLEM_CODEC_UNSUPPORTED, "the file has more than 500 scans");
  }
}

/// Initialises the manager. After this, `setjmp` on its landing must come before any other call.
static struct jpeg_error_mgr *prepare_manager(failure_manager *manager, xylem_codec_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  struct jpeg_error_mgr *errors = jpeg_std_error(&manager->base);
  manager->base.error_exit = on_error;
  manager->base.emit_message = on_message;
  manager->base.output_message = on_output;
  manager->outcome = outcome;
  return errors;
}

static void prepare(struct jpeg_decompress_struct *info, failure_manager *manager, xylem_codec_outcome *outcome) {
  memset(info, 0, sizeof *info);
  info->err = prepare_manager(manager, outcome);
}

static void read_header(struct jpeg_decompress_struct *info, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(info);
  jpeg_mem_src(info, bytes, (unsigned long)count);
  jpeg_read_header(info, TRUE);
}

xylem_codec_size xylem_codec_jpeg_size(const uint8_t *bytes, size_t count, xylem_codec_outcome *outcome) {
  struct jpeg_decompress_struct info;
  failure_manager manager;
  xylem_codec_size size = {0, 0};
  prepare(&info, &manager, outcome);
  if (setjmp(manager.landing) == 0) {
    read_header(&info, bytes, count);
  }
  if (outcome->status == XYLEM_CODEC_OK) {
    size.width = info.image_width;
    size.height = info.image_height;
  }
  jpeg_destroy_decompress(&info);
  return size;
}

/// `a * b / 255`, rounded to the nearest.
static unsigned scaled(unsigned a, unsigned b) { return (a * b + 127) / 255; }

/// Converts one row of ink levels, stored inverted as Adobe's programs write them, to RGB: R is C * K / 255, and
/// likewise G and B.
static void convert_inks(const uint8_t *inks, uint8_t *row, JDIMENSION width) {
  for (JDIMENSION x = 0; x < width; x++, inks += 4, row += 3) {
    unsigned light = inks[3];
    for (int channel = 0; channel < 3; channel++) {
      row[channel] = (uint8_t)(light - scaled(255u - inks[channel], light));
    }
  }
}

static void read_rows(struct jpeg_decompress_struct *info, uint8_t *pixels) {
  size_t stride = (size_t)info->output_width * 3;
  JSAMPARRAY inks = NULL;
  if (info->out_color_space == JCS_CMYK) {
    inks = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, info->output_width * 4, 1);
  }
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = pixels + stride * info->output_scanline;
    if (inks == NULL) {
      jpeg_read_scanlines(info, &row, 1);
    } else if (jpeg_read_scanlines(info, inks, 1) == 1) {
      convert_inks(inks[0], row, info->output_width);
    }
  }
}

void xylem_codec_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_bytes, xylem_codec_outcome *outcome) {
  struct jpeg_decompress_struct info;
  struct jpeg_progress_mgr progress;
  failure_manager manager;
  prepare(&info, &manager, outcome);
  if (setjmp(manager.landing) == 0) {
    read_header(&info, bytes, count);
    memset(&progress, 0, sizeof progress);
    progress.progress_monitor = on_progress;
    info.progress = &progress;
    if (info.num_components == 4) {
      info.out_color_space = JCS_CMYK;
    } else if (info.num_components == 1 || info.num_components == 3) {
      info.out_color_space = JCS_RGB;
    } else {
      leave_with((j_common_ptr)&info, XYLEM_CODEC_UNSUPPORTED, "the file has neither 1, 3 nor 4 channels");
    }
    jpeg_start_decompress(&info);
    if ((size_t)info.output_width * info.output_height * 3 != pixel_bytes) {
      leave_with((j_common_ptr)&info, XYLEM_CODEC_MALFORMED, "the size changed between two readings");
    }
    read_rows(&info, pixels);
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
}

/// What the encoder allocates, outside the function that jumps, so that the jump does not lose it.
typedef struct encoding {
  struct jpeg_compress_struct info;
  unsigned char *bytes;
  unsigned long count;
} encoding;

static void write_rows(encoding *target, const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality) {
  struct jpeg_compress_struct *info = &target->info;
  jpeg_create_compress(info);
  jpeg_mem_dest(info, &target->bytes, &target->count);
  info->image_width = width;
  info->image_height = height;
  info->input_components = 3;
  info->in_color_space = JCS_RGB;
  jpeg_set_defaults(info);
  jpeg_set_quality(info, quality, TRUE);
  jpeg_start_compress(info, TRUE);
  while (info->next_scanline < info->image_height) {
    // libjpeg does not write to the row, although its type would allow that.
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)width * 3 * info->next_scanline);
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
}

xylem_codec_buffer xylem_codec_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality, xylem_codec_outcome *outcome) {
  encoding target;
  failure_manager manager;
  xylem_codec_buffer result = {NULL, 0};
  memset(&target, 0, sizeof target);
  target.info.err = prepare_manager(&manager, outcome);
  if (setjmp(manager.landing) == 0) write_rows(&target, pixels, width, height, quality);
  jpeg_destroy_compress(&target.info);
  if (outcome->status == XYLEM_CODEC_OK) {
    result.bytes = target.bytes;
    result.count = target.count;
  } else {
    free(target.bytes);
  }
  return result;
}
