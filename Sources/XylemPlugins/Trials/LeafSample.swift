internal import Foundation
public import XylemErrors
internal import XylemFiles

/// Arguments to try a leaf with.
///
/// As a string:
/// `TYPE: {"attributes": {"kernel_size": [3, 3]}, "tensors": {"weight": "f32[8,3,3,3]"}, "inputs": ["f32[1,3,8,8]"]}`;
/// each part is optional. Strings in the form of a dtype and a shape stand for tensors; if the elements matter, use
/// `{"tensor": "f32[1,2]", "values": [0, 4]}`.
public struct LeafSample: Sendable, Hashable, Codable {
  /// A value in a sample.
  enum Item: Sendable, Hashable, Codable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case text(String)
    case list([Item])
    case object([String: Item])
  }

  /// A module's plain attributes.
  var attributes: [String: Item]?
  /// A module's tensors by name.
  var tensors: [String: String]?
  /// The arguments of a call, in order.
  var inputs: [Item]?

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable { case attributes, tensors, inputs }

  /// Parses `NAME: {…}`.
  ///
  /// - Returns: the leaf's name and the sample.
  /// - Throws: `usage`, with the fault.
  public static func parse(_ text: String) throws(XylemError) -> (leaf: String, sample: LeafSample) {
    guard let brace = text.firstIndex(of: "{"), let colon = text[..<brace].lastIndex(of: ":") else {
      throw CheckErrors.sample(text, "expected 'NAME: {…}'")
    }
    let name = text[..<colon].trimmingCharacters(in: .whitespaces)
    guard !name.isEmpty else { throw CheckErrors.sample(text, "the leaf's name is empty") }
    let data = text[brace...].utf8
    do {
      let keys = try BoundedJSON.decode([String: Item].self, from: data).keys
      let known = CodingKeys.allCases.map(\.rawValue)
      if let key = keys.sorted().first(where: { !known.contains($0) }) {
        throw CheckErrors.sample(text, "unknown key '\(key)'; the keys are \(known.joined(separator: ", "))")
      }
      let sample = try BoundedJSON.decode(LeafSample.self, from: data)
      for (name, tensor) in sample.tensors ?? [:] where TensorForm(tensor) == nil {
        throw CheckErrors.sample(text, "'\(tensor)', the tensor '\(name)', is not a dtype and shape such as f32[8,3]")
      }
      if let form = (sample.inputs ?? []).lazy.compactMap(\.malformedTensor).first {
        throw CheckErrors.sample(
          text, "'\(form)', an input, is not a supported dtype and shape such as f32[8,3]")
      }
      for item in sample.inputs ?? [] where !item.isArgument {
        throw CheckErrors.sample(
          text,
          "an object among the inputs must have the form {\"tensor\": \"f32[1,2]\", \"values\": [0, 4]} with a number for each element"
        )
      }
      return (name, sample)
    } catch let error as XylemError {
      throw error
    } catch {
      throw CheckErrors.sample(text, "the part after the name is \(reason(error))")
    }
  }

  /// Describes what is wrong with the JSON.
  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.first.map { "not a sample: '\($0.stringValue)' has the wrong type" } ?? "not a JSON object"
    default: "not JSON"
    }
  }
}

extension LeafSample.Item {
  /// Returns the tensor and its elements that an object stands for, or nil for anything else.
  var filledTensor: (form: TensorForm, values: [Double])? {
    guard case .object(let members) = self, members.count == 2, case .text(let text)? = members["tensor"],
      case .list(let items)? = members["values"], let form = TensorForm(text), form.count == items.count
    else { return nil }
    let values = items.compactMap { item in
      switch item {
      case .int(let value): Double(value)
      case .double(let value): value
      default: nil
      }
    }
    return values.count == items.count ? (form, values) : nil
  }

  /// Returns a string in it that looks like a dtype and a shape but is not valid, or nil if there is none.
  var malformedTensor: String? {
    switch self {
    case .text(let text):
      text.wholeMatch(of: /[a-z]+[0-9]*\[[-0-9, ]*\]/) != nil && TensorForm(text) == nil ? text : nil
    case .list(let items): items.lazy.compactMap(\.malformedTensor).first
    default: nil
    }
  }

  /// Whether a leaf can be called with the value.
  var isArgument: Bool {
    switch self {
    case .object: filledTensor != nil
    case .list(let items): items.allSatisfy(\.isArgument)
    default: true
    }
  }

  /// Decodes any JSON.
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([Self].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: Self].self))
    }
  }

  /// Encodes the same JSON.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .double(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

/// A dtype and a shape, as in `f32[1,3,8,8]`.
struct TensorForm: Sendable, Hashable {
  /// An element type, as DLPack defines it.
  struct Element: Sendable, Hashable {
    let name: String
    let code: UInt8
    let bits: UInt8
    var bytes: Int { Int(bits) / 8 }
  }

  static let elements = [
    Element(name: "f32", code: 2, bits: 32), Element(name: "f64", code: 2, bits: 64),
    Element(name: "f16", code: 2, bits: 16),
    Element(name: "bf16", code: 4, bits: 16), Element(name: "i8", code: 0, bits: 8),
    Element(name: "i16", code: 0, bits: 16),
    Element(name: "i32", code: 0, bits: 32), Element(name: "i64", code: 0, bits: 64),
    Element(name: "u8", code: 1, bits: 8),
    Element(name: "bool", code: 6, bits: 8),
  ]

  /// The maximum number of elements of a trial's tensor.
  private static let limit = 1 << 26

  var element: Element
  var shape: [Int]

  var count: Int { shape.reduce(1, *) }

  /// Parses the string, or returns nil if it has another form.
  init?(_ text: String) {
    guard text.hasSuffix("]"), let bracket = text.firstIndex(of: "["),
      let element = Self.elements.first(where: { $0.name == text[..<bracket] })
    else { return nil }
    let inside = text[text.index(after: bracket)...].dropLast()
    let sizes = inside.isEmpty ? [] : inside.split(separator: ",", omittingEmptySubsequences: false)
    var shape: [Int] = []
    var count = 1
    for size in sizes {
      guard let size = Int(size.trimmingCharacters(in: .whitespaces)), size >= 0, size <= Self.limit else { return nil }
      shape.append(size)
      count *= max(size, 1)
      guard count <= Self.limit else { return nil }
    }
    guard shape.count <= 16 else { return nil }
    self.element = element
    self.shape = shape
  }

  init(element: Element, shape: [Int]) {
    self.element = element
    self.shape = shape
  }
}
