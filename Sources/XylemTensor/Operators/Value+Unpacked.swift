public import XylemErrors

extension Value {
  /// The value with containers of the runtime, and those within them, as Swift structures.
  ///
  /// - Throws: `runtime.tensor`, also for a container that holds itself, nests too deeply, or shares others so often that the
  ///   structures would have far more elements than the containers.
  public func unpacked() throws(XylemError) -> Value {
    guard case .object = self else { return self }
    var unpacking = Unpacking()
    return try unpacking.unpack(self, depth: 0)
  }
}

/// Makes Swift structures of the runtime's containers, which code of a model may have nested in any way.
private struct Unpacking {
  /// Code that goes through structures recurs for each of these.
  private static let deepest = 512
  /// How many elements may be copied again, because the container that holds them is met more than once.
  private static let mostRepeated = 1 << 22

  private var seen: Set<UInt64> = []
  private var repeated = 0

  mutating func unpack(_ value: Value, depth: Int) throws(XylemError) -> Value {
    guard case .object(let object) = value else { return value }
    switch object.kind {
    case .list: return .list(try elements(of: object, depth))
    case .tuple: return .tuple(try elements(of: object, depth), names: object.tupleNames)
    case .dictionary:
      let flat = try elements(of: object, depth)
      return .dictionary(stride(from: 0, to: flat.count - 1, by: 2).map { (key: flat[$0], value: flat[$0 + 1]) })
    default: return value
    }
  }

  private mutating func elements(of container: RuntimeObject, _ depth: Int) throws(XylemError) -> [Value] {
    guard depth <= Self.deepest else {
      throw XylemError(.runtimeTensor, "a container holds itself, or nests deeper than \(Self.deepest)")
    }
    let elements = try container.elements()
    if !seen.insert(container.identity).inserted {
      repeated += elements.count
      guard repeated <= Self.mostRepeated else {
        throw XylemError(
          .runtimeTensor, "containers that are shared hold more than \(Self.mostRepeated) elements in all")
      }
    }
    var result: [Value] = []
    result.reserveCapacity(elements.count)
    for element in elements { result.append(try unpack(element, depth: depth + 1)) }
    return result
  }
}
