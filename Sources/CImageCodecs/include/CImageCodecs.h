/// Decoding and encoding of still images with functions that always return.
///
/// libjpeg and libpng report errors with `longjmp`, which must not cross Swift frames. Every jump starts and ends
/// inside one of the functions below. Errors are returned as a status and a message.
///
/// All functions are safe to call from several threads at once. No function keeps a pointer that it was given.
#ifndef XYLEM_IMAGE_CODECS_H
#define XYLEM_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The status of a call.
enum {
  XYLEM_CODEC_OK = 0,
  /// The bytes violate their format, or are truncated.
  XYLEM_CODEC_MALFORMED = 1,
  /// The bytes may be valid, but this kind of file is not supported.
  XYLEM_CODEC_UNSUPPORTED = 2,
  /// There was not enough memory.
  XYLEM_CODEC_NO_MEMORY = 3,
};

/// The outcome of a call, set by every function: a status and, unless it is `XYLEM_CODEC_OK`, the library's
/// null-terminated message.
typedef struct xylem_codec_outcome {
  int32_t status;
  char message[256];
} xylem_codec_outcome;

/// The size of an image in pixels.
typedef struct xylem_codec_size {
  uint32_t width;
  uint32_t height;
} xylem_codec_size;

/// Bytes allocated by a function of this header; released with `xylem_codec_free`.
typedef struct xylem_codec_buffer {
  uint8_t *bytes;
  size_t count;
} xylem_codec_buffer;

/// Reads a JPEG's header. The size is 0 x 0 unless the outcome is OK.
xylem_codec_size xylem_codec_jpeg_size(const uint8_t *bytes, size_t count, xylem_codec_outcome *outcome);

/// Decodes a JPEG to 8-bit RGB, interleaved, rows from the top, into `pixels` of exactly `width * height * 3` bytes. A
/// truncated file or damaged coded data is an error. After an error the contents of `pixels` are meaningless.
void xylem_codec_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_bytes, xylem_codec_outcome *outcome);

/// Reads a PNG's header. The size is 0 x 0 unless the outcome is OK.
xylem_codec_size xylem_codec_png_size(const uint8_t *bytes, size_t count, xylem_codec_outcome *outcome);

/// Decodes a PNG to 8-bit RGB, interleaved, rows from the top, into `pixels` of exactly `width * height * 3` bytes.
/// Transparency is dropped, not blended. After an error the contents of `pixels` are meaningless.
void xylem_codec_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_bytes, xylem_codec_outcome *outcome);

/// Encodes 8-bit interleaved RGB, `width * height * 3` bytes, as a PNG. The caller owns the result, which is empty
/// unless the outcome is OK.
xylem_codec_buffer xylem_codec_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, xylem_codec_outcome *outcome);

/// Encodes 8-bit interleaved RGB, `width * height * 3` bytes, as a baseline JPEG of a quality from 1 to 100, with colour
/// at half the resolution. No side may be longer than 65,500. The caller owns the result, which is empty unless the
/// outcome is OK.
xylem_codec_buffer xylem_codec_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality, xylem_codec_outcome *outcome);

/// Releases the result of `xylem_codec_png_encode` or `xylem_codec_jpeg_encode`. An empty buffer is allowed.
void xylem_codec_free(xylem_codec_buffer buffer);

#ifdef __cplusplus
}
#endif

#endif
