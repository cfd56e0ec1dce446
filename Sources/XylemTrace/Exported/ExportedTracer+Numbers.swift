internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript

/// Arithmetic of sizes, which archives have as functions of Python.
extension ExportedTracer {
  /// Records a function of numbers.
  func emitNumber(_ node: ExportedNode, _ scope: ExportedScope) throws {
    let inputs = try node.inputs.map { try resolve($0.argument, scope) }
    if node.target == "_operator.pos", inputs.count == 1, case .value(let name)? = node.outputs.first {
      scope.values[name] = .input(inputs[0])
      return
    }
    let types = inputs.map(numberType)
    guard let function = NumberFunction(node.target), let name = function.operatorName(for: types) else {
      throw ExportedTraceErrors.unsupported("the operator '\(node.target.printable)' is not supported", at: place)
    }
    let type = node.outputs.first?.names.first.map(scope.graph.type(of:)) ?? "int"
    let short = name.dropFirst(
      (name.firstRange(of: "::")?.upperBound).map { name.distance(from: name.startIndex, to: $0) } ?? 0)
    let id = core.emit(
      .operator(name: name), named: OperationNames.exact(String(short.prefix { $0 != "." })), inputs, in: currentPath,
      type: type, effects: nil, at: location)
    bindResults(of: node, to: id, scope)
  }

  private func numberType(_ input: NodeInput) -> NumberType {
    switch input {
    case .literal(.float): .float
    case .literal(.bool): .bool
    case .node(let id):
      switch core.graph[id].type {
      case "float": .float
      case "bool": .bool
      default: .int
      }
    default: .int
    }
  }
}

/// The type of a number.
private enum NumberType: String { case int, float, bool }

/// A function of numbers in an archive.
private struct NumberFunction {
  /// How the runtime's overloads depend on the types of the arguments.
  private enum Overloads {
    /// `int`, `float`, `int_float`, `float_int`.
    case both
    /// One overload, by its name.
    case one(String)
    /// The type of the argument.
    case own
  }

  private let name: String
  private let overloads: Overloads

  init?(_ target: String) {
    guard let found = Self.known[target] else { return nil }
    (name, overloads) = found
  }

  /// The operator of the runtime for arguments of some types. Nil if there is none.
  func operatorName(for types: [NumberType]) -> String? {
    switch overloads {
    case .one(let overload): return overload.isEmpty ? name : "\(name).\(overload)"
    case .own: return types.count == 1 ? "\(name).\(types[0].rawValue)" : nil
    case .both:
      guard types.count == 2 else { return nil }
      let numbers = types.map { $0 == .float ? "float" : "int" }
      let overload = numbers[0] == numbers[1] ? numbers[0] : numbers.joined(separator: "_")
      // Integers to an integer's power are an integer, as in Python.
      if name == "aten::pow", overload == "int" { return "aten::pow.int_to_int" }
      return "\(name).\(overload)"
    }
  }

  private static let known: [String: (String, Overloads)] = [
    "_operator.add": ("aten::add", .both), "_operator.sub": ("aten::sub", .both),
    "_operator.mul": ("aten::mul", .both), "_operator.truediv": ("aten::div", .both),
    "_operator.floordiv": ("aten::floordiv", .both), "_operator.mod": ("aten::remainder", .both),
    "_operator.pow": ("aten::pow", .both), "_operator.neg": ("aten::neg", .own),
    "_operator.eq": ("aten::eq", .both), "_operator.ne": ("aten::ne", .both), "_operator.lt": ("aten::lt", .both),
    "_operator.le": ("aten::le", .both), "_operator.gt": ("aten::gt", .both), "_operator.ge": ("aten::ge", .both),
    "_operator.and_": ("aten::__and__", .one("bool")), "_operator.or_": ("aten::__or__", .one("bool")),
    "_operator.lshift": ("aten::__lshift__", .one("int")), "_operator.rshift": ("aten::__rshift__", .one("int")),
    "torch.sym_not": ("aten::__not__", .one("")), "torch.sym_max": ("prim::max", .both),
    "torch.sym_min": ("prim::min", .both), "torch.sym_float": ("aten::Float", .own),
    "torch.sym_int": ("aten::Int", .own), "math.trunc": ("aten::Int", .own), "torch.sym_sqrt": ("aten::sqrt", .own),
  ]
}
