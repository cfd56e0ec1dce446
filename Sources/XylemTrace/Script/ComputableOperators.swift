/// Operators that may run while a model is traced: they only compute on numbers, strings, containers, types and sizes.
///
/// This is a list of allowed operators, not of forbidden ones: an operator that is not listed becomes a node. None of
/// them creates tensors, draws random numbers, prints, or reads files or the thread's context. ``OperatorSize`` bounds
/// the cost of each.
enum ComputableOperators {
  /// Whether an operator is listed, by its name without an overload.
  static func contains(_ name: String) -> Bool {
    let parts = name.split(separator: ":")
    guard parts.count == 2 else { return false }
    switch parts[0] {
    case "aten": return aten.contains(String(parts[1]))
    case "prim": return prim.contains(String(parts[1]))
    default: return false
    }
  }

  private static let aten = numbers.union(strings).union(containers).union(tensors)

  private static let numbers: Set<String> = [
    "Bool", "Complex", "Float", "Int", "__and__", "__lshift__", "__not__", "__or__", "__round_to_zero_floordiv",
    "__rshift__", "__xor__", "acos", "acosh", "add", "angle", "asin", "asinh", "atan", "atan2", "atanh", "bin", "ceil",
    "copysign", "cos", "cosh", "degrees", "div", "divmod", "eq", "erf", "erfc", "exp", "expm1", "fabs", "factorial",
    "floor", "floordiv", "fmod", "frexp", "gamma", "gcd", "ge", "gt", "hex", "isfinite", "isinf", "isnan", "ldexp",
    "le",
    "lgamma", "log", "log10", "log1p", "lt", "mathremainder", "modf", "mul", "ne", "neg", "oct", "polar", "pow",
    "radians", "remainder", "round", "sin", "sinh", "sqrt", "sub", "tan", "tanh",
  ]

  private static let strings: Set<String> = [
    "capitalize", "center", "chr", "count", "device", "endswith", "expandtabs", "find", "format", "hash", "index",
    "isalnum", "isalpha", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace",
    "istitle", "isupper", "join", "ljust", "lower", "lstrip", "ord", "partition", "percentFormat", "replace", "rfind",
    "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "str", "strip",
    "swapcase",
    "title", "upper", "zfill",
  ]

  private static let containers: Set<String> = [
    "Size", "__contains__", "__derive_index", "__getitem__", "__is__", "__isnot__", "__range_length", "all", "any",
    "copy", "dict", "get", "items", "keys", "len", "list", "slice", "sorted", "sum", "values",
  ]

  /// Queries about a tensor's type and size, about types, and about the compiler.
  private static let tensors: Set<String> = [
    "_get_tracing_state", "can_cast", "dim", "has_torch_function", "is_complex", "is_floating_point", "is_scripting",
    "is_signed", "numel", "promote_types", "size",
  ]

  private static let prim: Set<String> = [
    "EnumName", "EnumValue", "ModuleContainerIndex", "StringIndex", "TupleIndex", "abs", "dtype", "index", "itemsize",
    "layout", "max", "min", "name", "rangelist", "type", "unchecked_cast", "unchecked_unwrap_optional",
  ]
}
