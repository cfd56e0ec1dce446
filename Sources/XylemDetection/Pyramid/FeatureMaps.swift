public import XylemErrors
internal import XylemGraph
public import XylemNN
public import XylemTensor

/// Feature maps with names, in order: the result of a detector's backbone, finest first.
///
///     let maps: FeatureMaps = ["0": fine, "1": coarse]
public struct FeatureMaps: ModuleValue, ExpressibleByDictionaryLiteral {
  /// The names and maps in order, each map `[N, C, H, W]`.
  public var entries: [(name: String, map: Tensor)]

  /// Creates feature maps from names and maps in order.
  public init(_ entries: some Sequence<(name: String, map: Tensor)>) { self.entries = Array(entries) }

  /// Creates feature maps from a dictionary literal, whose order is kept.
  public init(dictionaryLiteral elements: (String, Tensor)...) {
    entries = elements.map { (name: $0.0, map: $0.1) }
  }

  /// The names in order.
  public var names: [String] { entries.map(\.name) }

  /// The maps in order.
  public var maps: [Tensor] { entries.map(\.map) }

  /// The map with a name. Nil if there is none.
  public subscript(name: String) -> Tensor? { entries.first { $0.name == name }?.map }

  /// `Dict[str, Tensor]`.
  public static var typeDescription: String { "Dict[str, Tensor]" }

  /// A dictionary in the maps' order.
  public var moduleValue: XylemTensor.Value { .dictionary(entries.map { (.string($0.name), .tensor($0.map)) }) }

  /// The tensors of a dictionary, in its order.
  ///
  /// - Throws: `model.argument` for another value, also one that is known only when the traced model runs.
  public init(moduleValue: XylemTensor.Value) throws(XylemError) {
    entries = []
    guard case .dictionary(let found) = try moduleValue.unpacked() else {
      // The dictionary's own conversion has the error for every other value.
      _ = try [String: Tensor](moduleValue: moduleValue)
      return
    }
    for entry in found {
      guard case .literal(.string(let name)) = entry.key else {
        _ = try [String: Tensor](moduleValue: moduleValue)
        return
      }
      entries.append((name, try Tensor(moduleValue: entry.value)))
    }
  }
}
