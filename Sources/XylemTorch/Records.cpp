// Reads and writes the records of zip archives in the format of torch.save.
#include "Input.h"
#include "Storages.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <mutex>

namespace xylem {

namespace {

using caffe2::serialize::PyTorchStreamReader;
using caffe2::serialize::PyTorchStreamWriter;

struct Records {
  Input input;
  std::unique_ptr<PyTorchStreamReader> reader;
  std::vector<std::string> names;
  std::vector<xylem_text> texts;
  std::mutex mutex;

  at::Tensor read(const std::string &name);
};

/// Deflate compresses at most 1032 bytes into one, so a record that claims more than its whole file can hold is
/// invalid.
constexpr size_t most_expansion = 1032;

at::Tensor Records::read(const std::string &name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the record '" + name + "' is missing");
  }
  std::lock_guard<std::mutex> lock(mutex);
  try {
    const auto size = reader->getRecordSize(name);
    if (size / most_expansion > input->size()) {
      throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the record '" + name + "' claims more than the file has");
    }
    auto bytes = at::empty({static_cast<int64_t>(size)}, at::kByte);
    if (size == 0) return bytes;
    const auto got = reader->getRecord(name, bytes.mutable_data_ptr(), size);
    if (got != size) throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the record '" + name + "' is short");
    return bytes;
  } catch (const c10::OutOfMemoryError &) {
    throw;
  } catch (const c10::Error &e) {
    throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the record '" + name + "' is damaged: " + e.what_without_backtrace());
  }
}

struct RecordWriter {
  RecordWriter(void (*sink)(void *, const void *, size_t), void *context)
      : writer([sink, context](const void *bytes, size_t count) {
          if (count) sink(context, bytes, count);
          return count;
        }) {}

  PyTorchStreamWriter writer;
};

Records *records(const xylem_records *handle) { return reinterpret_cast<Records *>(const_cast<xylem_records *>(handle)); }
RecordWriter *writer(xylem_record_writer *handle) { return reinterpret_cast<RecordWriter *>(handle); }

}  // namespace

static xylem_status records_open(xylem_text path, xylem_records **out, xylem_error *error) {
  return guarded(error, [&] {
    auto opened = std::make_unique<Records>();
    opened->input = std::make_shared<InputFile>(string(path));
    opened->reader = open_zip(opened->input);
    opened->names = opened->reader->getAllRecords();
    for (const auto &name : opened->names) opened->texts.push_back(text(name));
    *out = reinterpret_cast<xylem_records *>(opened.release());
  });
}

static void records_release(xylem_records *handle) { delete records(handle); }

static size_t records_names(const xylem_records *handle, const xylem_text **out) {
  *out = records(handle)->texts.data();
  return records(handle)->texts.size();
}

static xylem_status records_read(const xylem_records *handle, xylem_text name, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] { *out = wrap(IValue(records(handle)->read(string(name)))); });
}

static xylem_status tensor_over(const xylem_value *bytes, int32_t dtype, int64_t offset, const int64_t *sizes,
                                const int64_t *strides, size_t dimensions, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    const auto base = tensor(bytes);
    if (!base.defined() || base.scalar_type() != at::kByte || !base.device().is_cpu() || !base.has_storage()) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the bytes are no plain tensor of uint8");
    }
    if (dtype < 0 || dtype >= static_cast<int32_t>(c10::ScalarType::NumOptions)) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "unknown dtype number " + std::to_string(dtype));
    }
    auto made = at::empty({0}, at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype)));
    const c10::IntArrayRef size(sizes, dimensions), stride(strides, dimensions);
    const auto needed = reach(size, stride, offset, made.itemsize());
    if (needed > base.storage().nbytes()) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the tensor needs " + std::to_string(needed) + " bytes of " +
                                                    std::to_string(base.storage().nbytes()));
    }
    auto *shell = made.unsafeGetTensorImpl();
    shell->set_storage_keep_dtype(base.storage());
    shell->set_storage_offset(offset);
    shell->set_sizes_and_strides(size, stride);
    *out = wrap(IValue(std::move(made)));
  });
}

static xylem_status record_writer_make(void (*sink)(void *, const void *, size_t), void *context,
                                       xylem_record_writer **out, xylem_error *error) {
  return guarded(error, [&] { *out = reinterpret_cast<xylem_record_writer *>(new RecordWriter(sink, context)); });
}

static void record_writer_release(xylem_record_writer *handle) { delete writer(handle); }

static xylem_status record_writer_add(xylem_record_writer *handle, xylem_text name, const void *bytes, size_t count,
                                      xylem_error *error) {
  return guarded(error, [&] { writer(handle)->writer.writeRecord(string(name), bytes, count); });
}

static xylem_status record_writer_finish(xylem_record_writer *handle, xylem_error *error) {
  return guarded(error, [&] { writer(handle)->writer.writeEndOfFile(); });
}

void add_records(xylem_tensor_runtime &table) {
  table.records_open = records_open;
  table.records_release = records_release;
  table.records_names = records_names;
  table.records_read = records_read;
  table.tensor_over = tensor_over;
  table.record_writer_make = record_writer_make;
  table.record_writer_release = record_writer_release;
  table.record_writer_add = record_writer_add;
  table.record_writer_finish = record_writer_finish;
}

}  // namespace xylem
