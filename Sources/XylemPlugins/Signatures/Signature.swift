public import XylemErrors

/// The types of a C function that a leaf calls, as in `(tensor, i64) -> tensor`.
///
/// The string form has no whitespace other than in ``description``, and reads back as the same signature. Two
/// signatures are equal if their types are.
public struct Signature: Sendable, Hashable {
  /// A number or Boolean that crosses by value.
  public enum Number: String, Sendable, Hashable, CaseIterable {
    case i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool
  }

  /// The element types of lists.
  public enum Element: String, Sendable, Hashable, CaseIterable {
    case i64, f64, bool, tensor
  }

  /// A type that an optional may contain.
  public enum Plain: Sendable, Hashable {
    case number(Number)
    /// Null-terminated UTF-8, which the other side copies.
    case text
    /// An address that is passed on and never dereferenced.
    case pointer
    case tensor
    /// A tensor whose elements the function writes.
    case writtenTensor
    case list(Element)
    /// Several results: so many tensors, at least two.
    case tensors(Int)
  }

  /// The maximum number of results.
  public static let resultLimit = 16

  /// The type of a parameter or a result.
  public enum ValueType: Sendable, Hashable {
    case plain(Plain)
    /// A value that may be absent.
    case optional(Plain)

    /// The type without the optional.
    public var content: Plain {
      switch self {
      case .plain(let type), .optional(let type): type
      }
    }

    /// Whether the value may be absent.
    public var isOptional: Bool {
      if case .optional = self { return true }
      return false
    }
  }

  /// The maximum number of parameters.
  public static let parameterLimit = 64

  /// The maximum length of the string form, in bytes.
  public static let textLimit = 4096

  /// The arguments' types, in order.
  public let parameters: [ValueType]

  /// The result's type; nil for a function that returns nothing.
  public let result: ValueType?

  /// Creates a signature whose parts were checked.
  init(parameters: [ValueType], result: ValueType?) {
    self.parameters = parameters
    self.result = result
  }

  /// Reads a signature. Whitespace between its parts is ignored.
  ///
  /// - Throws: `plugin.signature`, whose cause shows the place.
  public init(_ text: String) throws(XylemError) {
    var parser = try SignatureParser(text)
    self = try parser.parse()
  }
}

extension Signature.ValueType {
  /// Why a function can't return this type; nil if it can.
  var resultFault: String? {
    switch self {
    case .plain(.writtenTensor), .optional(.writtenTensor):
      "'tensor!' is an argument that the function writes; a result is a 'tensor'"
    case .optional(.number(let number)):
      "an optional number is passed by address, which a result doesn't have; use '\(number.rawValue)' for the result"
    default: nil
    }
  }
}

extension Signature: CustomStringConvertible {
  /// The canonical form of the signature, as in `(f64, opt<i64>) -> f64`.
  public var description: String {
    "(" + parameters.map(\.description).joined(separator: ", ") + ") -> " + (result?.description ?? "()")
  }
}

extension Signature.Plain: CustomStringConvertible {
  /// The type in the syntax of signatures, as in `tensor!`.
  public var description: String {
    switch self {
    case .number(let number): number.rawValue
    case .text: "cstr"
    case .pointer: "ptr"
    case .tensor: "tensor"
    case .writtenTensor: "tensor!"
    case .list(let element): element.rawValue + "[]"
    case .tensors(let count): "(" + Array(repeating: "tensor", count: count).joined(separator: ", ") + ")"
    }
  }
}

extension Signature.ValueType: CustomStringConvertible {
  /// The type in the syntax of signatures, as in `opt<i64[]>`.
  public var description: String { isOptional ? "opt<\(content)>" : content.description }
}

extension Signature: Codable {
  /// Decodes the string form.
  ///
  /// - Throws: `plugin.signature`, and the decoder's errors.
  public init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Encodes the string form.
  ///
  /// - Throws: the encoder's errors.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
