#include "Archive.h"
#include "ArchiveScan.h"
#include "Input.h"
#include "Outside.h"
#include "StateCode.h"
#include "Storages.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <unordered_map>

namespace xylem {

/// Recognises a file that is not an archive, or a damaged one, before the runtime's importer sees it.
static void check(const Input &file) {
  const auto reader = open_zip(file);
  const auto records = reader->getAllRecords();
  const bool has_code = std::any_of(records.begin(), records.end(), [](const std::string &name) {
    return name.find("code/") != std::string::npos;
  });
  if (reader->hasRecord("constants.pkl") && has_code) return check_archive(*reader, file);
  if (reader->hasRecord("data.pkl")) throw StatusError(XYLEM_ARCHIVE_STATE_DICT, "the file holds tensors and no code");
  throw StatusError(XYLEM_ARCHIVE_NO_CODE, "the zip archive holds no TorchScript");
}

/// The operator's name in the importer's error about an unregistered one, or an empty string.
static std::string unknown_operator(const std::string &complaint) {
  static const std::string marker = "Unknown builtin op: ";
  const auto found = complaint.find(marker);
  if (found == std::string::npos) return "";
  auto end = found + marker.size();
  while (end < complaint.size() && (std::isalnum(static_cast<unsigned char>(complaint[end])) || complaint[end] == '_' ||
                                    complaint[end] == ':')) {
    ++end;
  }
  return complaint.substr(found + marker.size(), end - found - marker.size());
}

static void add_missing(const torch::jit::Block *block, std::set<std::string> &names) {
  for (const auto *node : block->nodes()) {
    const std::string name = node->kind().toQualString();
    if (is_missing(name)) names.insert(name);
    for (const auto *inner : node->blocks()) add_missing(inner, names);
  }
}

/// The unregistered operators in an archive's code, in alphabetical order.
static std::vector<std::string> missing_operators(const torch::jit::CompilationUnit &unit) {
  std::set<std::string> names;
  for (auto *function : unit.get_functions()) {
    if (!function->isGraphFunction()) continue;
    function->ensure_defined();
    add_missing(static_cast<torch::jit::GraphFunction *>(function)->graph()->block(), names);
  }
  return {names.begin(), names.end()};
}

static std::mutex &registry_mutex() {
  static auto &mutex = *new std::mutex;
  return mutex;
}
static std::unordered_map<const torch::jit::CompilationUnit *, Archive *> &registry() {
  static auto &archives = *new std::unordered_map<const torch::jit::CompilationUnit *, Archive *>;
  return archives;
}

Archive *archive_of(const c10::ClassType &type) {
  const auto unit = const_cast<c10::ClassType &>(type).compilation_unit();
  std::lock_guard<std::mutex> lock(registry_mutex());
  const auto found = registry().find(unit.get());
  return found == registry().end() ? nullptr : found->second;
}

xylem_archive *publish(std::unique_ptr<Archive> archive) {
  archive->missing = missing_operators(*archive->unit);
  archive->outside = operator_outside(*archive->unit);
  for (const auto &name : archive->missing) archive->missing_texts.push_back(text(name));
  {
    std::lock_guard<std::mutex> lock(registry_mutex());
    registry()[archive->unit.get()] = archive.get();
  }
  return reinterpret_cast<xylem_archive *>(archive.release());
}

Function *Archive::function(torch::jit::Function *source) {
  if (!source || !source->isGraphFunction()) return nullptr;
  source->ensure_defined();
  std::lock_guard<std::mutex> lock(mutex);
  auto &slot = functions[source];
  if (!slot) {
    slot = std::make_unique<Function>();
    slot->archive = this;
    slot->function = static_cast<torch::jit::GraphFunction *>(source);
    slot->graph = slot->function->graph();
  }
  return slot.get();
}

static std::unique_ptr<Archive> load(const Input &input, bool allows_outside) {
  check(input);
  auto loaded = std::make_unique<Archive>();
  loaded->allows_outside = allows_outside;
  // Each round adds one more unregistered operator; an archive needs only a few.
  for (int round = 0;; ++round) {
    loaded->unit = std::make_shared<torch::jit::CompilationUnit>();
    try {
      if (!allows_outside) check_state_code(input);
      torch::jit::ExtraFilesMap none;
      const AllocationSizes sizes;
      loaded->root = torch::jit::import_ir_module(loaded->unit, input, std::nullopt, none);
      sizes.check(loaded->root);
      break;
    } catch (const c10::Error &e) {
      const std::string complaint = e.what_without_backtrace();
      if (complaint.find("PytorchStreamReader failed") != std::string::npos) {
        throw StatusError(XYLEM_ARCHIVE_TRUNCATED, complaint);
      }
      const auto name = unknown_operator(complaint);
      if (name.empty() || round == 256) throw;
      register_missing(name);
    } catch (const torch::jit::ErrorReport &e) {
      const auto name = unknown_operator(e.what());
      if (name.empty() || round == 256) throw;
      register_missing(name);
    }
  }
  return loaded;
}

static xylem_status archive_load(xylem_text path, uint32_t flags, xylem_archive **out, xylem_error *error) {
  return guarded(error, [&] {
    *out = publish(load(std::make_shared<InputFile>(string(path)), (flags & XYLEM_ALLOW_OUTSIDE) != 0));
  });
}

static xylem_status archive_load_bytes(const void *bytes, size_t count, uint32_t flags, xylem_archive **out,
                                       xylem_error *error) {
  return guarded(error, [&] {
    *out = publish(load(std::make_shared<InputBytes>(bytes, count), (flags & XYLEM_ALLOW_OUTSIDE) != 0));
  });
}

/// Copies a tree of modules, each once, with tensors that take no memory in place of their parameters and buffers.
class ShellMaker {
 public:
  c10::intrusive_ptr<c10::ivalue::Object> copy(const c10::intrusive_ptr<c10::ivalue::Object> &source) {
    const auto known = copies_.find(source.get());
    if (known != copies_.end()) return known->second;
    const auto type = source->type();
    auto made = c10::ivalue::Object::create(c10::StrongTypePtr(type->compilation_unit(), type), source->slots().size());
    copies_[source.get()] = made;
    for (size_t i = 0; i < source->slots().size(); ++i) {
      const auto &value = source->getSlot(i);
      if (value.isObject() && type->getAttribute(i)->is_module()) {
        made->setSlot(i, copy(value.toObject()));
      } else if (value.isTensor() && is_plain(value.toTensor())) {
        made->setSlot(i, placeholder(value.toTensor()));
      } else {
        made->setSlot(i, value);
      }
    }
    return made;
  }

 private:
  static bool is_plain(const at::Tensor &t) {
    return t.defined() && t.layout() == c10::kStrided && !t.is_quantized() && t.device().is_cpu();
  }

  static at::Tensor placeholder(const at::Tensor &t) {
    at::NoGradGuard off;
    const auto one = at::zeros(std::vector<int64_t>(static_cast<size_t>(t.dim()), 1), t.options());
    auto made = one.expand(t.sizes());
    if (t.is_leaf() && t.requires_grad()) made = made.detach().set_requires_grad(true);
    return made;
  }

  std::unordered_map<const c10::ivalue::Object *, c10::intrusive_ptr<c10::ivalue::Object>> copies_;
};

static xylem_status archive_code(const xylem_archive *source, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    const torch::jit::Module shell(ShellMaker().copy(archive(source)->root._ivalue()));
    std::ostringstream stream;
    shell.save(stream);
    const auto bytes = stream.str();
    auto made = at::empty({static_cast<int64_t>(bytes.size())}, at::kByte);
    std::memcpy(made.mutable_data_ptr(), bytes.data(), bytes.size());
    *out = wrap(IValue(std::move(made)));
  });
}

static void archive_release(xylem_archive *handle) {
  auto *released = archive(handle);
  {
    std::lock_guard<std::mutex> lock(registry_mutex());
    registry().erase(released->unit.get());
  }
  delete released;
}

static xylem_status archive_root(const xylem_archive *source, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] { *out = wrap(IValue(archive(source)->root._ivalue())); });
}

static size_t archive_missing(const xylem_archive *source, const xylem_text **out) {
  const auto &texts = archive(source)->missing_texts;
  *out = texts.data();
  return texts.size();
}

static const xylem_function *archive_function(const xylem_archive *source, xylem_text name) {
  try {
    auto *owner = archive(source);
    const c10::QualifiedName qualified(string(name));
    if (auto *found = owner->unit->find_function(qualified)) return handle(owner->function(found));
    if (const auto type = owner->unit->get_class(c10::QualifiedName(qualified.prefix()))) {
      auto *found = type->findMethod(qualified.name());
      return handle(owner->function(found ? found : type->findHook(qualified.name())));
    }
  } catch (...) {
  }
  return nullptr;
}

namespace {

/// Finds classes and named tuples among the archive's own.
struct ArchiveTypes : torch::jit::Resolver {
  explicit ArchiveTypes(const torch::jit::CompilationUnit &source) : unit(source) {}
  c10::TypePtr resolveType(const std::string &name, const torch::jit::SourceRange &) override {
    return unit.get_type(c10::QualifiedName(name));
  }
  const torch::jit::CompilationUnit &unit;
};

}  // namespace

static const xylem_type *archive_type(const xylem_archive *source, xylem_text name) {
  // The parser's recursion is as deep as the source is nested.
  constexpr ptrdiff_t deepest = 64;
  try {
    const auto written = string(name);
    if (std::count(written.begin(), written.end(), '[') > deepest) return nullptr;
    auto *owner = archive(source);
    const std::lock_guard<std::mutex> lock(owner->mutex);
    auto &known = owner->types[written];
    if (!known) known = torch::jit::ScriptTypeParser(std::make_shared<ArchiveTypes>(*owner->unit)).parseType(written);
    return handle(known.get());
  } catch (...) {
    return nullptr;
  }
}

void add_archives(xylem_tensor_runtime &table) {
  table.archive_load = archive_load;
  table.archive_load_bytes = archive_load_bytes;
  table.archive_code = archive_code;
  table.archive_release = archive_release;
  table.archive_root = archive_root;
  table.archive_missing = archive_missing;
  table.archive_function = archive_function;
  table.archive_type = archive_type;
}

}  // namespace xylem
