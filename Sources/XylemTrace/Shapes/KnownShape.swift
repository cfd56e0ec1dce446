public import XylemFiles

/// The shape and element type that an input has while a model is traced.
///
///     let options = TraceOptions(shapes: ["x": [1, 3, 224, 224]])
public struct KnownShape: Sendable, Hashable {
  /// The sizes of the dimensions, outermost first.
  public var sizes: [Int]
  /// The element type.
  public var dtype: DType

  /// Creates a shape from sizes.
  public init(_ sizes: [Int], dtype: DType = .float32) {
    self.sizes = sizes
    self.dtype = dtype
  }
}

extension KnownShape: ExpressibleByArrayLiteral {
  /// Creates the shape of a float32 tensor: `[1, 3, 224, 224]`.
  public init(arrayLiteral sizes: Int...) { self.init(sizes) }
}

extension KnownShape: CustomStringConvertible {
  /// As in `[1, 3, 224, 224]`, followed by the element type unless it is float32.
  public var description: String {
    "[" + sizes.map(String.init).joined(separator: ", ") + "]" + (dtype == .float32 ? "" : " of \(dtype.rawValue)")
  }
}

/// A file has the type's name, and omits float32.
extension KnownShape: Codable {
  private enum CodingKeys: String, CodingKey { case sizes, dtype }

  /// Decodes a shape.
  ///
  /// - Throws: the decoder's own error if a part is missing, has the wrong type, or names an unknown type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decodeIfPresent(String.self, forKey: .dtype) ?? DType.float32.rawValue
    guard let dtype = DType(rawValue: name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .dtype, in: container, debugDescription: "there is no element type '\(name)'")
    }
    self.init(try container.decode([Int].self, forKey: .sizes), dtype: dtype)
  }

  /// Encodes the shape.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sizes, forKey: .sizes)
    if dtype != .float32 { try container.encode(dtype.rawValue, forKey: .dtype) }
  }
}
