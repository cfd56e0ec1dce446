// The sources of archives.
#pragma once

#include "Boundary.h"

#include <caffe2/serialize/inline_container.h>
#include <caffe2/serialize/read_adapter_interface.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

namespace xylem {

/// A file that is read when an archive's reader requests a part of it: each tensor goes into its own memory once.
///
/// Not mapped: if the file is truncated in the meantime, this is an error and not a signal.
class InputFile : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit InputFile(const std::string &path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw StatusError(errno == ENOENT ? XYLEM_NOT_FOUND : XYLEM_INVALID_ARGUMENT, std::strerror(errno));
    }
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(descriptor_);
      throw StatusError(XYLEM_INVALID_ARGUMENT, S_ISDIR(status.st_mode) ? "it is a folder" : "it is no regular file");
    }
    size_ = static_cast<size_t>(status.st_size);
  }
  InputFile(const InputFile &) = delete;
  InputFile &operator=(const InputFile &) = delete;
  ~InputFile() override { ::close(descriptor_); }

  size_t size() const override { return size_; }
  size_t read(uint64_t position, void *buffer, size_t count, const char *what) const override {
    for (size_t done = 0; done < count;) {
      const auto got = ::pread(descriptor_, static_cast<char *>(buffer) + done, count - done,
                               static_cast<off_t>(position + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw StatusError(XYLEM_FAILED, std::strerror(errno));
      if (got == 0) {
        throw StatusError(XYLEM_ARCHIVE_TRUNCATED, std::string("the file ends within ") + (what ? what : "a record"));
      }
      done += static_cast<size_t>(got);
    }
    return count;
  }

 private:
  const int descriptor_;
  size_t size_ = 0;
};

/// Bytes in memory, which the caller keeps while the archive is loaded.
class InputBytes : public caffe2::serialize::ReadAdapterInterface {
 public:
  InputBytes(const void *bytes, size_t size) : bytes_(static_cast<const char *>(bytes)), size_(size) {}

  size_t size() const override { return size_; }
  size_t read(uint64_t position, void *buffer, size_t count, const char *what) const override {
    if (position > size_ || count > size_ - position) {
      throw StatusError(XYLEM_ARCHIVE_TRUNCATED, std::string("the bytes end within ") + (what ? what : "a record"));
    }
    if (count) std::memcpy(buffer, bytes_ + position, count);
    return count;
  }

 private:
  const char *bytes_;
  size_t size_;
};

using Input = std::shared_ptr<caffe2::serialize::ReadAdapterInterface>;

inline bool starts_with(const Input &input, const std::string &magic) {
  if (input->size() < magic.size()) return false;
  std::string start(magic.size(), '\0');
  input->read(0, start.data(), start.size(), "its start");
  return start == magic;
}

/// The reader of a zip archive as PyTorch writes them; a `StatusError` describes any other file.
inline std::unique_ptr<caffe2::serialize::PyTorchStreamReader> open_zip(const Input &file) {
  if (file->size() == 0) throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the file is empty");
  if (starts_with(file, "\x80\x02") || starts_with(file, "\x80\x04")) {
    throw StatusError(XYLEM_ARCHIVE_PICKLE, "the file is a bare pickle");
  }
  if (!starts_with(file, "PK\x03\x04")) throw StatusError(XYLEM_ARCHIVE_NOT_ZIP, "the file is no zip archive");
  try {
    return std::make_unique<caffe2::serialize::PyTorchStreamReader>(file);
  } catch (const c10::Error &e) {
    const std::string reason = e.what_without_backtrace();
    if (reason.find("maximum supported version") != std::string::npos) throw StatusError(XYLEM_FAILED, reason);
    // Another program's zip has no version and no top-level folder; a zip that can't be opened at all lacks its end.
    if (reason.find("version") != std::string::npos || reason.find("subdirectory") != std::string::npos) {
      throw StatusError(XYLEM_ARCHIVE_NO_CODE, "the zip archive holds no TorchScript");
    }
    throw StatusError(XYLEM_ARCHIVE_TRUNCATED, "the zip archive's directory is missing or damaged");
  }
}

}  // namespace xylem
