internal import XylemScript

/// What operations are called: the names that a PyTorch user knows.
package enum OperationNames {
  /// A function's name: its last part.
  package static func function(_ qualified: String) -> String {
    let name = TypeName.unqualified(qualified)
    return functionNames[name] ?? name
  }

  /// Functions that archives keep under a name of their own.
  private static let functionNames: [String: String] = [
    "_max_pool1d": "max_pool1d", "_max_pool2d": "max_pool2d", "_max_pool3d": "max_pool3d",
    "_adaptive_max_pool1d": "adaptive_max_pool1d", "_adaptive_max_pool2d": "adaptive_max_pool2d",
    "_adaptive_max_pool3d": "adaptive_max_pool3d", "_fractional_max_pool2d": "fractional_max_pool2d",
    "_fractional_max_pool3d": "fractional_max_pool3d",
  ]

  /// The name of an operator under exact naming: an in-place twin drops its underscore, the language's own names their
  /// underscores.
  static func exact(_ short: String) -> String {
    if let name = exactNames[short] { return name }
    if short.hasPrefix("__"), short.hasSuffix("__"), short.count > 4 { return String(short.dropFirst(2).dropLast(2)) }
    if short.hasSuffix("_"), short.count > 1 { return String(short.dropLast()) }
    return short
  }

  private static let exactNames: [String: String] = [
    "Int": "int", "IntImplicit": "int", "Float": "float", "FloatImplicit": "float", "Bool": "bool",
    "ScalarImplicit": "item", "Complex": "complex", "NumToTensor": "tensor", "__range_length": "len",
    "__derive_index": "getitem",
  ]

  /// The name under torchvision's naming, which tells Python's spellings of one operator apart.
  ///
  /// - Parameter source: the expression in the model's own source; empty where the archive kept none.
  static func torchvision(_ short: String, source: ScriptSource) -> String {
    let called = calledName(source)
    if let called, aliases[called] == short { return called }
    switch short {
    case "size", "dim": return called == short ? short : "getattr"
    case "device", "dtype", "layout", "is_cuda", "requires_grad", "T", "mT", "data", "grad", "shape", "ndim":
      return "getattr"
    case "div": return called == "div" ? "div" : "truediv"
    case "floor_divide", "floordiv": return called == "floor_divide" ? "floor_divide" : "floordiv"
    case "remainder": return called == "remainder" ? "remainder" : "mod"
    case "__and__", "__or__", "__xor__": return String(short.dropFirst(2).dropLast(2)) + "_"
    default: break
    }
    // An augmented assignment (x += y) is no call of a method: torch.fx sees the plain operator.
    if short.hasSuffix("_"), !short.hasPrefix("__"), short.count > 1 {
      let plain = String(short.dropLast())
      return called == short ? short : called == plain || plain != "div" ? plain : "truediv"
    }
    return exact(short)
  }

  /// Operators whose name in torchvision's naming depends on how the source spells them.
  static func dependsOnSource(_ short: String) -> Bool {
    short.hasSuffix("_") || spelled.contains(short)
  }

  private static let spelled: Set<String> = Set(aliases.values).union([
    "size", "dim", "div", "floor_divide", "floordiv", "remainder",
  ])

  /// Names that archives replace by another's.
  private static let aliases: [String: String] = [
    "absolute": "abs", "arccos": "acos", "arcsin": "asin", "arctan": "atan", "clip": "clamp", "concat": "cat",
    "concatenate": "cat", "divide": "div", "greater": "gt", "greater_equal": "ge", "inverse": "linalg_inv",
    "less": "lt", "less_equal": "le", "moveaxis": "movedim", "multiply": "mul", "negative": "neg",
    "not_equal": "ne", "subtract": "sub", "swapaxes": "transpose", "swapdims": "transpose", "true_divide": "div",
  ]

  /// The function or method that an expression names, as in `x.size` or `torch.div`; nil for an expression with an operator, and for code that
  /// the runtime brought itself (`x.shape` is a function of its own there).
  private static func calledName(_ source: ScriptSource) -> String? {
    guard !source.file.hasPrefix("<"), let dot = source.text.lastIndex(of: ".") else { return nil }
    let name = source.text[source.text.index(after: dot)...].prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    let rest = source.text[name.endIndex...]
    return !name.isEmpty && (rest.isEmpty || rest.hasPrefix("(")) ? String(name) : nil
  }
}
