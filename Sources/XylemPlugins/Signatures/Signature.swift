public import XylemErrors

/// The types of a C function that a leaf calls, as in `(tensor, i64) -> tensor`.
///
/// The text form has no other blanks than ``description`` writes, and reads back as the same signature. Two signatures are equal where
/// their types are.
public struct Signature: Sendable, Hashable {
  /// A number or truth value that crosses by value.
  public enum Number: String, Sendable, Hashable, CaseIterable {
    case i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool
  }

  /// What lists are made of.
  public enum Element: String, Sendable, Hashable, CaseIterable {
    case i64, f64, bool, tensor
  }

  /// A type that may also be an optional's content.
  public enum Plain: Sendable, Hashable {
    case number(Number)
    /// Null-terminated UTF-8 that the other side copies.
    case text
    /// An address that is passed on and never looked into.
    case pointer
    case tensor
    /// A tensor whose elements the function writes.
    case writtenTensor
    case list(Element)
  }

  /// The type of a parameter or a result.
  public enum ValueType: Sendable, Hashable {
    case plain(Plain)
    /// A value that may be absent.
    case optional(Plain)

    /// The type without its being optional.
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

  /// The most parameters that a function may have.
  public static let parameterLimit = 64

  /// The longest text that is read, in bytes.
  public static let textLimit = 4096

  /// The arguments' types, in order.
  public let parameters: [ValueType]

  /// The result's type; nil for a function that gives nothing.
  public let result: ValueType?

  /// A signature whose parts were checked.
  init(parameters: [ValueType], result: ValueType?) {
    self.parameters = parameters
    self.result = result
  }

  /// Reads a signature. Blanks between its parts are free.
  ///
  /// - Throws: `plugin.signature`, whose cause shows the place in the text.
  public init(_ text: String) throws(XylemError) {
    var parser = try SignatureParser(text)
    self = try parser.parse()
  }
}

extension Signature.ValueType {
  /// Why a function can't give this type; nil where it can.
  var resultFault: String? {
    switch self {
    case .plain(.writtenTensor), .optional(.writtenTensor):
      "'tensor!' is an argument that the function writes; a result is a 'tensor'"
    case .optional(.number(let number)):
      "an optional number is passed by its address, and a result has none; a result may be '\(number.rawValue)'"
    default: nil
    }
  }
}

extension Signature: CustomStringConvertible {
  /// The one text of the signature, as in `(f64, opt<i64>) -> f64`.
  public var description: String {
    "(" + parameters.map(\.description).joined(separator: ", ") + ") -> " + (result?.description ?? "()")
  }
}

extension Signature.Plain: CustomStringConvertible {
  /// The type as signatures write it, as in `tensor!`.
  public var description: String {
    switch self {
    case .number(let number): number.rawValue
    case .text: "cstr"
    case .pointer: "ptr"
    case .tensor: "tensor"
    case .writtenTensor: "tensor!"
    case .list(let element): element.rawValue + "[]"
    }
  }
}

extension Signature.ValueType: CustomStringConvertible {
  /// The type as signatures write it, as in `opt<i64[]>`.
  public var description: String { isOptional ? "opt<\(content)>" : content.description }
}

extension Signature: Codable {
  /// Reads the text form.
  ///
  /// - Throws: `plugin.signature`, and what the decoder throws.
  public init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text form.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
