public import XylemErrors
internal import XylemGraph
public import XylemTensor

/// The inputs and outputs of modules: tensors, numbers, and structures of those.
///
/// Your own structure conforms by converting itself to a `Value` and back:
///
///     struct Heads: ModuleValue {
///       var logits: Tensor
///       var aux: Tensor?
///       static var typeDescription: String { "Tuple[Tensor, Optional[Tensor]]" }
///       var moduleValue: Value { .tuple([logits.moduleValue, aux.moduleValue], names: ["logits", "aux"]) }
///       init(moduleValue: Value) throws(XylemError) {
///         logits = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
///         aux = try Tensor?(moduleValue: moduleValue.part(1, as: "Optional[Tensor]"))
///       }
///     }
public protocol ModuleValue {
  /// The type as graphs write it: `Tensor`, `List[Tensor]`, `Tuple[Tensor, Tensor]`.
  static var typeDescription: String { get }

  /// The value in the form that the runtime and graphs use.
  var moduleValue: Value { get }

  /// Creates the value from a value of the runtime or a graph.
  ///
  /// - Throws: `model.argument` for a value of the wrong type, `trace.concrete-value` if it must be known while
  ///   tracing.
  init(moduleValue: Value) throws(XylemError)
}

extension Value {
  /// A part of a tuple, list or dictionary. If the value is known only when the traced model runs, a node that extracts
  /// the part.
  ///
  /// - Parameter type: the part's type as graphs write it.
  /// - Throws: `model.argument` if there is no such part.
  public func part(_ index: Int, as type: String) throws(XylemError) -> Value {
    try part(.int(index), type)
  }

  /// The part of a dictionary, or of a tuple with names, with a string key.
  ///
  /// - Throws: `model.argument` if there is no such part.
  public func part(_ key: String, as type: String) throws(XylemError) -> Value {
    try part(.string(key), type)
  }

  private func part(_ key: Value, _ type: String) throws(XylemError) -> Value {
    switch (try unpacked(), key) {
    case (.standIn(let standIn), _):
      let part = try standIn.recorder.recordItem(of: self, key, type: type, at: nil)
      return type == "Tensor" ? .tensor(Tensor(part)) : .standIn(part)
    case (.list(let elements), .literal(.int(let index))), (.tuple(let elements, _), .literal(.int(let index))):
      guard elements.indices.contains(index) else { throw ModuleErrors.noPart("\(index)", of: self) }
      return elements[index]
    case (.tuple(let elements, let names), .literal(.string(let name))):
      guard let position = names.firstIndex(of: name) else { throw ModuleErrors.noPart(name, of: self) }
      return elements[position]
    case (.dictionary(let entries), .literal(.string(let name))):
      for entry in entries where entry.key.literal == .string(name) { return entry.value }
      throw ModuleErrors.noPart(name, of: self)
    default: throw ModuleErrors.noPart(key.literal.map(String.init(describing:)) ?? "", of: self)
    }
  }
}

extension Tensor: ModuleValue {
  /// `Tensor`.
  public static var typeDescription: String { "Tensor" }
  /// The tensor.
  public var moduleValue: Value { .tensor(self) }

  /// The tensor of a value.
  public init(moduleValue: Value) throws(XylemError) {
    switch moduleValue {
    case .tensor(let tensor): self = tensor
    case .standIn(let standIn): self.init(standIn)
    default: throw ModuleErrors.wrongType(moduleValue, wanted: Self.typeDescription)
    }
  }
}

extension Optional: ModuleValue where Wrapped: ModuleValue {
  /// `Optional[…]`.
  public static var typeDescription: String { "Optional[\(Wrapped.typeDescription)]" }
  /// The value, or Python's `None`.
  public var moduleValue: Value { map(\.moduleValue) ?? .none }

  /// The value, if there is one.
  public init(moduleValue: Value) throws(XylemError) {
    switch moduleValue {
    case .literal(.none): self = nil
    case .standIn(let standIn):
      // Whether a leaf returned a value is known only at run time; its uses are recorded in either case.
      guard Wrapped.self == Tensor.self, let wrapped = Tensor(standIn) as? Wrapped else {
        throw ModuleErrors.unknownWhileTracing(standIn, Self.typeDescription)
      }
      self = wrapped
    default: self = try Wrapped(moduleValue: moduleValue)
    }
  }
}

extension Array: ModuleValue where Element: ModuleValue {
  /// `List[…]`.
  public static var typeDescription: String { "List[\(Element.typeDescription)]" }
  /// The list.
  public var moduleValue: Value { .list(map(\.moduleValue)) }

  /// The elements of a list.
  public init(moduleValue: Value) throws(XylemError) {
    switch try moduleValue.unpacked() {
    case .list(let elements), .tuple(let elements, _):
      self = []
      for element in elements { append(try Element(moduleValue: element)) }
    case .standIn(let standIn): throw ModuleErrors.unknownWhileTracing(standIn, Self.typeDescription)
    default: throw ModuleErrors.wrongType(moduleValue, wanted: Self.typeDescription)
    }
  }
}

extension Dictionary: ModuleValue where Key == String, Value: ModuleValue {
  /// `Dict[str, …]`.
  public static var typeDescription: String { "Dict[str, \(Value.typeDescription)]" }
  /// The dictionary in the order of its keys.
  public var moduleValue: XylemTensor.Value {
    .dictionary(sorted { $0.key < $1.key }.map { (.string($0.key), $0.value.moduleValue) })
  }

  /// The entries of a dictionary.
  public init(moduleValue: XylemTensor.Value) throws(XylemError) {
    switch try moduleValue.unpacked() {
    case .dictionary(let entries):
      self = [:]
      for entry in entries {
        guard case .literal(.string(let key)) = entry.key else {
          throw ModuleErrors.wrongType(moduleValue, wanted: Self.typeDescription)
        }
        self[key] = try Value(moduleValue: entry.value)
      }
    case .standIn(let standIn): throw ModuleErrors.unknownWhileTracing(standIn, Self.typeDescription)
    default: throw ModuleErrors.wrongType(moduleValue, wanted: Self.typeDescription)
    }
  }
}

extension Bool: ModuleValue {
  /// `bool`.
  public static var typeDescription: String { "bool" }
  /// The Boolean.
  public var moduleValue: Value { .bool(self) }

  /// The Boolean of a value.
  public init(moduleValue: Value) throws(XylemError) {
    guard case .literal(.bool(let flag)) = moduleValue else {
      throw ModuleErrors.notKnown(moduleValue, wanted: Self.typeDescription)
    }
    self = flag
  }
}

extension Int: ModuleValue {
  /// `int`.
  public static var typeDescription: String { "int" }
  /// The integer.
  public var moduleValue: Value { .int(self) }

  /// The integer of a value.
  public init(moduleValue: Value) throws(XylemError) {
    guard case .literal(.int(let number)) = moduleValue else {
      throw ModuleErrors.notKnown(moduleValue, wanted: Self.typeDescription)
    }
    self = number
  }
}

extension Double: ModuleValue {
  /// `float`.
  public static var typeDescription: String { "float" }
  /// The number.
  public var moduleValue: Value { .float(self) }

  /// The number of a value.
  public init(moduleValue: Value) throws(XylemError) {
    switch moduleValue {
    case .literal(.float(let number)): self = number
    case .literal(.int(let number)): self = Double(number)
    default: throw ModuleErrors.notKnown(moduleValue, wanted: Self.typeDescription)
    }
  }
}

extension String: ModuleValue {
  /// `str`.
  public static var typeDescription: String { "str" }
  /// The string.
  public var moduleValue: Value { .string(self) }

  /// The string of a value.
  public init(moduleValue: Value) throws(XylemError) {
    guard case .literal(.string(let text)) = moduleValue else {
      throw ModuleErrors.notKnown(moduleValue, wanted: Self.typeDescription)
    }
    self = text
  }
}

extension Size: ModuleValue {
  /// `int`.
  public static var typeDescription: String { "int" }
  /// The size.
  public var moduleValue: Value { value }

  /// The size of a value.
  public init(moduleValue: Value) throws(XylemError) {
    switch moduleValue {
    case .literal(.int(let number)): self.init(number)
    case .standIn(let standIn): self.init(standIn)
    default: throw ModuleErrors.wrongType(moduleValue, wanted: Self.typeDescription)
    }
  }
}

extension Shape: ModuleValue {
  /// `List[int]`.
  public static var typeDescription: String { "List[int]" }
  /// The sizes.
  public var moduleValue: Value { value }

  /// The sizes of a value.
  public init(moduleValue: Value) throws(XylemError) {
    guard case .standIn(let standIn) = moduleValue else {
      self.init(try [Size](moduleValue: moduleValue))
      return
    }
    self.init(standIn)
  }
}

extension Value: ModuleValue {
  /// `Any`.
  public static var typeDescription: String { "Any" }
  /// The value itself.
  public var moduleValue: Value { self }
  /// The value itself.
  public init(moduleValue: Value) { self = moduleValue }
}
