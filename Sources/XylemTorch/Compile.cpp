// Archives created from source code instead of a file.
#include "Archive.h"

#include <caffe2/serialize/versions.h>
#include <torch/csrc/jit/serialization/import_source.h>

namespace xylem {

/// Deeper than any model; a class that contains itself never ends.
static constexpr int depth_limit = 64;

static IValue initial_value(const c10::TypePtr &type, const std::string &name,
                            const std::shared_ptr<torch::jit::CompilationUnit> &unit, int depth);

static IValue make_object(const c10::ClassTypePtr &type, const std::shared_ptr<torch::jit::CompilationUnit> &unit,
                          int depth) {
  if (depth > depth_limit) throw StatusError(XYLEM_INVALID_ARGUMENT, "modules are nested too deeply, or hold themselves");
  const auto object = c10::ivalue::Object::create(c10::StrongTypePtr(unit, type), type->numAttributes());
  for (size_t slot = 0; slot < type->numAttributes(); ++slot) {
    object->setSlot(slot, initial_value(type->getAttribute(slot), type->getAttributeName(slot), unit, depth + 1));
  }
  return IValue(object);
}

static IValue initial_value(const c10::TypePtr &type, const std::string &name,
                            const std::shared_ptr<torch::jit::CompilationUnit> &unit, int depth) {
  switch (type->kind()) {
    case c10::TypeKind::ClassType: return make_object(type->expect<c10::ClassType>(), unit, depth);
    case c10::TypeKind::TensorType: return IValue(at::empty({0}));
    case c10::TypeKind::BoolType: return IValue(name == "training");
    case c10::TypeKind::IntType: return IValue(int64_t{0});
    case c10::TypeKind::FloatType: return IValue(0.0);
    case c10::TypeKind::StringType: return IValue(std::string());
    case c10::TypeKind::OptionalType:
    case c10::TypeKind::NoneType: return IValue();
    case c10::TypeKind::ListType:
      return IValue(c10::impl::GenericList(type->expectRef<c10::ListType>().getElementType()));
    case c10::TypeKind::DictType: {
      const auto &dict = type->expectRef<c10::DictType>();
      return IValue(c10::impl::GenericDict(dict.getKeyType(), dict.getValueType()));
    }
    default:
      throw StatusError(XYLEM_INVALID_ARGUMENT,
                        "the attribute '" + name + "' is of a type without a first value: " + type->annotation_str());
  }
}

static xylem_status archive_compile(xylem_text source, xylem_text file, xylem_text root_class, xylem_archive **out,
                                    xylem_error *error) {
  return guarded(error, [&] {
    auto compiled = std::make_unique<Archive>();
    compiled->unit = std::make_shared<torch::jit::CompilationUnit>();
    const auto code = std::make_shared<torch::jit::Source>(string(source), string(file), 1);
    const std::vector<IValue> no_constants;
    const torch::jit::SourceImporter importer(
        compiled->unit, &no_constants,
        [&](const std::string &qualifier) -> std::shared_ptr<torch::jit::Source> {
          return qualifier == "__torch__" ? code : nullptr;
        },
        caffe2::serialize::kProducedFileFormatVersion);
    const auto type = importer.loadType(c10::QualifiedName("__torch__." + string(root_class)));
    const auto class_type = type ? type->cast<c10::ClassType>() : nullptr;
    if (!class_type || !class_type->is_module()) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "'" + string(root_class) + "' is no module's class");
    }
    compiled->root = torch::jit::Module(make_object(class_type, compiled->unit, 0).toObject());
    *out = publish(std::move(compiled));
  });
}

void add_compiler(xylem_tensor_runtime &table) { table.archive_compile = archive_compile; }

}  // namespace xylem
