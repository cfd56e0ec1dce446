// The module of an archive for a model that has none.
#include "Export.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>

namespace xylem {

namespace jit = torch::jit;

static jit::Module plain_module(const std::string &name, const std::shared_ptr<jit::CompilationUnit> &unit) {
  jit::Module made(c10::QualifiedName("__torch__.xylem." + name), unit, /*shouldMangle=*/true);
  made.register_attribute("training", c10::BoolType::get(), true);
  return made;
}

/// The module at the path that ends before a position, made if it is not there.
static jit::Module module_at(jit::Module root, const std::string &path, size_t end,
                             const std::shared_ptr<jit::CompilationUnit> &unit) {
  for (size_t start = 0; start < end;) {
    const auto stop = std::min(path.find('.', start), end);
    const auto name = path.substr(start, stop - start);
    if (!root.hasattr(name)) root.register_module(name, plain_module("Module", unit));
    root = root.attr(name).toModule();
    start = stop + 1;
  }
  return root;
}

ObjectPtr module_with_tensors(const std::vector<std::string> &paths, const std::vector<at::Tensor> &tensors,
                              const std::vector<uint8_t> &kinds) {
  const auto unit = std::make_shared<jit::CompilationUnit>();
  auto root = plain_module("Features", unit);
  for (size_t i = 0; i < paths.size(); ++i) {
    const auto dot = paths[i].rfind('.');
    auto owner = dot == std::string::npos ? root : module_at(root, paths[i], dot, unit);
    const auto name = dot == std::string::npos ? paths[i] : paths[i].substr(dot + 1);
    if (name.empty() || owner.hasattr(name)) {
      throw StatusError(XYLEM_FAILED, "two parts of the model have the path '" + paths[i] + "'");
    }
    if (kinds[i] == 2) {
      owner.register_attribute(name, c10::TensorType::get(), tensors[i]);
    } else {
      owner.register_parameter(name, tensors[i], /*is_buffer=*/kinds[i] == 1);
    }
  }
  return root._ivalue();
}

c10::FunctionSchema forward_schema(const ObjectPtr &root, const std::vector<std::string> &names,
                                   const std::vector<std::string> &types) {
  std::vector<c10::Argument> arguments{c10::Argument("self", root->type())};
  jit::ScriptTypeParser parser;
  for (size_t i = 0; i < names.size(); ++i) arguments.emplace_back(names[i], parser.parseType(types[i]));
  return c10::FunctionSchema("forward", "", std::move(arguments), {});
}

}  // namespace xylem
