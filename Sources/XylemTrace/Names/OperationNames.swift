internal import XylemScript

/// The names of operations as PyTorch users know them.
package enum OperationNames {
  /// A function's name: its last component.
  package static func function(_ qualified: String) -> String {
    let name = TypeName.unqualified(qualified)
    return functionNames[name] ?? name
  }

  /// Functions that archives store under another name.
  private static let functionNames: [String: String] = [
    "_max_pool1d": "max_pool1d", "_max_pool2d": "max_pool2d", "_max_pool3d": "max_pool3d",
    "_adaptive_max_pool1d": "adaptive_max_pool1d", "_adaptive_max_pool2d": "adaptive_max_pool2d",
    "_adaptive_max_pool3d": "adaptive_max_pool3d", "_fractional_max_pool2d": "fractional_max_pool2d",
    "_fractional_max_pool3d": "fractional_max_pool3d",
  ]

  /// The name of an operator with exact naming: an in-place variant drops its trailing underscore, and the language's
  /// own operators drop their surrounding underscores.
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

  /// The name with torchvision's naming, which distinguishes Python's spellings of one operator.
  ///
  /// - Parameter source: the expression in the model's own source. Empty if the archive has none.
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
    case "__and__": return "and_"
    case "__or__": return "or_"
    case "__xor__": return "xor"
    case "bitwise_not" where called == nil: return "invert"
    case "bitwise_and" where called == nil: return "and_"
    case "bitwise_or" where called == nil: return "or_"
    case "bitwise_xor" where called == nil: return "xor"
    case "fmod" where called == nil, "fmod_" where called == nil: return "mod"
    case "to": return called.map(casts.contains) == true ? called ?? short : short
    default: break
    }
    // An augmented assignment (x += y) is not a method call: torch.fx sees the plain operator.
    if short.hasSuffix("_"), !short.hasPrefix("__"), short.count > 1 {
      let plain = String(short.dropLast())
      return called == short ? short : called == plain || plain != "div" ? plain : "truediv"
    }
    return exact(short)
  }

  /// Operators whose torchvision name depends on the spelling in the source.
  static func dependsOnSource(_ short: String) -> Bool {
    short.hasSuffix("_") || spelled.contains(short)
  }

  private static let spelled: Set<String> = Set(aliases.values).union([
    "size", "dim", "div", "floor_divide", "floordiv", "remainder", "bitwise_not", "bitwise_and", "bitwise_or",
    "bitwise_xor", "fmod", "to",
  ])

  /// Methods that archives store as `to`.
  private static let casts: Set<String> = [
    "bfloat16", "bool", "byte", "char", "cpu", "cuda", "double", "float", "half", "int", "long", "short",
  ]

  /// The first of the two operators that an archive stores for an operator with the tensor on the right, and the name
  /// of both together: `1 - x` is `neg` and `add`, `1 / x` is `reciprocal` and `mul`.
  static let reflected: [String: (second: String, name: String)] = [
    "neg": ("add", "sub"), "reciprocal": ("mul", "truediv"),
  ]

  /// Names that archives replace by others.
  private static let aliases: [String: String] = [
    "absolute": "abs", "arccos": "acos", "arcsin": "asin", "arctan": "atan", "clip": "clamp", "concat": "cat",
    "concatenate": "cat", "divide": "div", "greater": "gt", "greater_equal": "ge", "inverse": "linalg_inv",
    "less": "lt", "less_equal": "le", "moveaxis": "movedim", "multiply": "mul", "negative": "neg",
    "not_equal": "ne", "subtract": "sub", "swapaxes": "transpose", "swapdims": "transpose", "true_divide": "div",
  ]

  /// The function or method that an expression names, as in `x.size` or `torch.div(x, 2.0)`. Nil for an expression with
  /// an operator, and for the runtime's own code (where `x.shape` is a function).
  private static func calledName(_ source: ScriptSource) -> String? {
    guard !isRuntimeCode(source) else { return nil }
    var callee = source.text[...]
    while callee.last?.isWhitespace == true { callee.removeLast() }
    if callee.last == ")" {
      guard let open = opening(of: callee) else { return nil }
      callee = callee[..<open]
    }
    guard let dot = callee.lastIndex(of: ".") else { return nil }
    let name = callee[callee.index(after: dot)...]
    return !name.isEmpty && name.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber } ? String(name) : nil
  }

  /// The parenthesis that the last one closes.
  private static func opening(of text: Substring) -> Substring.Index? {
    var depth = 0
    for index in text.indices.reversed() {
      switch text[index] {
      case ")": depth += 1
      case "(":
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
    }
    return nil
  }

  /// Whether an expression is in the code that the runtime puts in place of an operator.
  static func isRuntimeCode(_ source: ScriptSource) -> Bool { source.file.hasPrefix("<") }
}
