public import XylemErrors

extension Value {
  /// The value with runtime containers, also nested ones, converted to Swift structures.
  ///
  /// - Throws: `runtime.tensor`, also for a container that contains itself, is nested too deeply, or shares others so
  ///   often that the structures would have far more elements than the containers.
  public func unpacked() throws(XylemError) -> Value {
    guard case .object = self else { return self }
    var unpacking = Unpacking()
    return try unpacking.unpack(self, depth: 0)
  }
}

/// Converts runtime containers, which a model's code may have nested in any way, to Swift structures.
private struct Unpacking {
  /// The maximum nesting: code that walks structures recurses at each level.
  private static let deepest = 512
  /// The number of elements that may be copied again because their container occurs more than once.
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
      throw XylemError(.runtimeTensor, "a container contains itself, or is nested deeper than \(Self.deepest)")
    }
    let elements = try container.elements()
    if !seen.insert(container.identity).inserted {
      repeated += elements.count
      guard repeated <= Self.mostRepeated else {
        throw XylemError(
          .runtimeTensor, "shared containers have more than \(Self.mostRepeated) elements in total")
      }
    }
    var result: [Value] = []
    result.reserveCapacity(elements.count)
    for element in elements { result.append(try unpack(element, depth: depth + 1)) }
    return result
  }
}
