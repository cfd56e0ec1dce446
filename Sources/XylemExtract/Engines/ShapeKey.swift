internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// What a specialised program was made for: the layouts of tensors, and all other values, of the inputs.
indirect enum ShapeKey: Hashable, Sendable {
  case tensor(TensorLayout)
  case literal(Literal)
  case sequence([ShapeKey])

  /// The key of inputs. Nil for inputs with values that have no key: modules, sparse tensors.
  static func of(_ inputs: [Value]) throws(XylemError) -> [ShapeKey]? {
    var keys: [ShapeKey] = []
    for input in inputs {
      guard let key = try ShapeKey(input) else { return nil }
      keys.append(key)
    }
    return keys
  }

  private init?(_ value: Value) throws(XylemError) {
    switch try value.unpacked() {
    case .tensor(let tensor):
      guard let layout = try tensor.plainLayout() else { return nil }
      self = .tensor(layout)
    case .literal(let literal): self = .literal(literal)
    case .list(let elements), .tuple(let elements, _):
      guard let keys = try Self.of(elements) else { return nil }
      self = .sequence(keys)
    default: return nil
    }
  }
}
