extension Operation {
  /// The case of an operation, without its payload. Files and tables use the raw value.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// An argument of `forward`.
    case placeholder
    /// A parameter, buffer or other attribute that is read.
    case attribute
    /// An attribute that is written.
    case setAttribute
    /// An operator of the tensor runtime.
    case `operator`
    /// An element of a tensor or container.
    case getItem
    /// A field of an object.
    case getField
    /// A function that is not traced through.
    case leafFunction
    /// A module that is not traced through.
    case leafModule
    /// A block of control flow that is not traced through.
    case region
    /// A check of an assumption of the trace.
    case `guard`
    /// The result of `forward`.
    case output
  }

  /// The kind of this operation.
  public var kind: Kind {
    switch self {
    case .placeholder: .placeholder
    case .attribute: .attribute
    case .setAttribute: .setAttribute
    case .operator: .operator
    case .getItem: .getItem
    case .getField: .getField
    case .leafFunction: .leafFunction
    case .leafModule: .leafModule
    case .region: .region
    case .guard: .guard
    case .output: .output
    }
  }

  /// The target of the operation, for display: an operator's or argument's name, an attribute's path, a leaf's type.
  /// Empty for operations without one.
  ///
  ///     Operation.leafModule(LeafModule(path: "stem", type: "torch.nn.modules.conv.Conv2d")).target
  ///     // "torch.nn.modules.conv.Conv2d"
  public var target: String {
    switch self {
    case .placeholder(let placeholder): placeholder.name
    case .attribute(let path), .setAttribute(let path): path
    case .operator(let name), .getField(let name): name
    case .leafFunction(let function): function.name
    case .leafModule(let module): module.method == "forward" ? module.type : "\(module.type).\(module.method)"
    case .region(let region): region.kind.rawValue
    case .guard(let assumption):
      "\(pythonLiteral(assumption.expected)), else \(pythonLiteral(assumption.message))"
    case .getItem, .output: ""
    }
  }

  /// The kind, then the target: `operator aten::relu`.
  var summary: String { target.isEmpty ? kind.rawValue : "\(kind.rawValue) \(target)" }
}
