internal import XylemErrors
public import XylemPlugins
public import XylemTensor

/// What takes the place of a node's value when an extractor runs. What runs after the node uses it.
public struct ValueReplacement: Sendable {
  package enum Form: Sendable {
    case zero
    case mean
    case leaf(PluginLeaf)
    case code(@Sendable (Tensor) throws -> Tensor)
  }

  package let form: Form

  /// Zeros.
  public static let zero = Self(form: .zero)

  /// The mean of all elements of the value, in each element.
  public static let mean = Self(form: .mean)

  /// What a plugin's leaf function computes from the value: a function that takes one tensor and returns one.
  public static func leaf(_ leaf: PluginLeaf) -> Self { Self(form: .leaf(leaf)) }

  /// What code computes from the value, as a forward hook of PyTorch that returns a value. Gradients flow through it. It
  /// may write to the value. It is called once for each call of the extractor, on the caller's thread.
  public static func computed(by transform: @escaping @Sendable (Tensor) throws -> Tensor) -> Self {
    Self(form: .code(transform))
  }
}

/// A change of a trace: what an extractor starts from, or replaces on its way.
package enum TraceEdit: Sendable {
  /// The values with these names are inputs.
  case start(at: [String])
  /// The value with this name is replaced.
  case replace(String, ValueReplacement)

  /// Whether a file can hold it: compiled code can't be saved.
  package var isSavable: Bool {
    if case .replace(_, let replacement) = self, case .code = replacement.form { return false }
    return true
  }
}

/// The file form: `{"start": ["layer3"]}`, `{"replace": "layer1", "with": "zero"}`, or with a plugin's leaf as `leaf`.
extension TraceEdit: Codable {
  private enum CodingKeys: String, CodingKey { case start, replace, with, leaf }
  private enum Name: String, Codable { case zero, mean }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let names = try container.decodeIfPresent([String].self, forKey: .start) {
      self = .start(at: names)
      return
    }
    let node = try container.decode(String.self, forKey: .replace)
    if let leaf = try container.decodeIfPresent(PluginLeaf.self, forKey: .leaf) {
      self = .replace(node, .leaf(leaf))
      return
    }
    switch try container.decode(Name.self, forKey: .with) {
    case .zero: self = .replace(node, .zero)
    case .mean: self = .replace(node, .mean)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .start(let names): try container.encode(names, forKey: .start)
    case .replace(let node, let replacement):
      try container.encode(node, forKey: .replace)
      switch replacement.form {
      case .zero: try container.encode(Name.zero, forKey: .with)
      case .mean: try container.encode(Name.mean, forKey: .with)
      case .leaf(let leaf): try container.encode(leaf, forKey: .leaf)
      case .code: throw XylemError(.extractUnsavable, "the replacement of '\(node)' is compiled code")
      }
    }
  }
}
