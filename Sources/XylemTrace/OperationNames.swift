internal import XylemRuntime

/// What operations are called: the names that a PyTorch user knows.
enum OperationNames {
  /// A function's name: its last part.
  static func function(_ qualified: String) -> String {
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
    let text = source.text
    switch short {
    case "size": return isCall(text, of: "size") ? "size" : "getattr"
    case "dim": return isCall(text, of: "dim") ? "dim" : "getattr"
    case "device", "dtype", "layout", "is_cuda", "requires_grad", "T", "mT", "data", "grad", "shape", "ndim":
      return "getattr"
    case "div": return isCall(text, of: "div") ? "div" : "truediv"
    case "floor_divide", "floordiv": return isCall(text, of: "floor_divide") ? "floor_divide" : "floordiv"
    case "remainder": return isCall(text, of: "remainder") ? "remainder" : "mod"
    case "__and__", "__or__", "__xor__": return String(short.dropFirst(2).dropLast(2)) + "_"
    case "__lshift__": return "lshift"
    case "__rshift__": return "rshift"
    default: break
    }
    // An augmented assignment (x += y) is no call of a method: torch.fx sees the plain operator.
    if short.hasSuffix("_"), !short.hasPrefix("__"), short.count > 1 {
      let plain = String(short.dropLast())
      guard isCall(text, of: short) || isCall(text, of: plain) else {
        return plain == "div" ? "truediv" : plain
      }
      return isCall(text, of: short) ? short : plain
    }
    return exact(short)
  }

  /// Whether an expression calls a function or method of a name: `x.size(`, `torch.div(`.
  private static func isCall(_ text: String, of name: String) -> Bool {
    text.contains("." + name + "(") || text.hasPrefix(name + "(")
  }
}
