// Code that archives run while they are loaded.
#include "StateCode.h"
#include "Outside.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/serialization/import_read.h>
#include <torch/csrc/jit/serialization/import_source.h>

#include <algorithm>
#include <sstream>

namespace xylem {

namespace jit = torch::jit;
using c10::IValue;
using caffe2::serialize::PyTorchStreamReader;

namespace {

const std::string code_folder = "code/";

std::string text_of(PyTorchStreamReader &reader, const std::string &record) {
  const auto [data, size] = reader.getRecord(record);
  return {static_cast<const char *>(data.get()), size};
}

/// `code/__torch__/net.py` contains the classes named `__torch__.net`.
std::string qualifier_of(const std::string &record) {
  auto name = record.substr(code_folder.size(), record.size() - code_folder.size() - 3);
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

std::string record_of(const std::string &qualifier) {
  auto name = qualifier;
  std::replace(name.begin(), name.end(), '.', '/');
  return code_folder + name + ".py";
}

std::vector<std::string> classes_in(const std::string &code) {
  std::vector<std::string> found;
  std::istringstream lines(code);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("class ", 0) == 0) found.push_back(line.substr(6, line.find_first_of("(:", 6) - 6));
  }
  return found;
}

}  // namespace

void check_state_code(const Input &input) {
  const auto reader = open_zip(input);
  std::vector<std::pair<std::string, std::string>> sources;
  bool runs = false;
  for (const auto &record : reader->getAllRecords()) {
    if (record.rfind(code_folder, 0) != 0 || record.size() < 3 || record.compare(record.size() - 3, 3, ".py") != 0) continue;
    sources.emplace_back(qualifier_of(record), text_of(*reader, record));
    runs = runs || sources.back().second.find("__setstate__") != std::string::npos;
  }
  if (!runs) return;
  const auto unit = std::make_shared<jit::CompilationUnit>();
  std::vector<IValue> constants;
  const jit::SourceImporter importer(
      unit, &constants,
      [&](const std::string &qualifier) -> std::shared_ptr<jit::Source> {
        const auto record = record_of(qualifier);
        if (!reader->hasRecord(record)) return nullptr;
        return std::make_shared<jit::Source>(text_of(*reader, record), record, 1);
      },
      reader->version());
  const auto find_type = [&](const c10::QualifiedName &name) {
    return c10::StrongTypePtr(unit, importer.loadType(name));
  };
  // Objects among the constants are created without their code.
  const auto make_object = [](const at::StrongTypePtr &type, const IValue &) {
    return c10::ivalue::Object::create(type, type.type_->expectRef<c10::ClassType>().numAttributes());
  };
  const auto read = jit::readArchiveAndTensors("constants", "", "constants/", find_type, make_object, std::nullopt, *reader);
  constants = read.toTupleRef().elements().vec();
  for (const auto &[qualifier, code] : sources) {
    for (const auto &name : classes_in(code)) importer.loadType(c10::QualifiedName(qualifier + "." + name));
  }
  const auto found = operator_outside(*unit);
  if (!found.empty()) throw StatusError(XYLEM_REACHES_OUTSIDE, "it calls " + found + ", and runs code while it is loaded");
}

}  // namespace xylem
