internal import XylemErrors
package import XylemFiles

/// A value in the JSON of an archive of torch.export, with its place for errors.
///
/// - Important: every access checks the value's form: the file may be anyone's.
package struct ExportedJSON: Sendable {
  package let value: JSONDocument
  /// The place in the document, as in `graph_module.graph.nodes[3].target`.
  private let place: String
  /// The entry of the archive.
  private let entry: String
  private let path: String

  /// Parses a document.
  ///
  /// - Throws: `file.malformed`.
  init(parsing bytes: [UInt8], entry: String, path: String) throws(XylemError) {
    self.init(try JSONDocument(parsing: bytes, path: path, part: "'\(entry.printable)'"), "", entry, path)
  }

  private init(_ value: JSONDocument, _ place: String, _ entry: String, _ path: String) {
    (self.value, self.place, self.entry, self.path) = (value, place, entry, path)
  }

  /// The error for a value that does not have the expected form.
  func fault(_ expected: String) -> XylemError {
    ExportedErrors.unreadable(
      path, "'\(entry.printable)' has no \(expected)",
      "at \(place.isEmpty ? "its start" : place.printable) there is \(value.kind)")
  }

  private func inner(_ value: JSONDocument, _ step: String) -> ExportedJSON {
    ExportedJSON(value, place.isEmpty || step.hasPrefix("[") ? place + step : place + "." + step, entry, path)
  }

  /// The JSON document that a string is.
  func document(_ text: String) throws(XylemError) -> ExportedJSON {
    inner(try JSONDocument(parsing: Array(text.utf8), path: path, part: "'\(entry.printable)'"), "document")
  }

  // MARK: - Members

  /// The members of an object, in order.
  func members() throws(XylemError) -> [(key: String, json: ExportedJSON)] {
    guard case .object(let members) = value else { throw fault("object") }
    return members.map { ($0.key, inner($0.value, $0.key)) }
  }

  /// A member that must be there.
  func member(_ name: String) throws(XylemError) -> ExportedJSON {
    guard let found = try optional(name) else { throw fault("'\(name)'") }
    return found
  }

  /// A member that may be missing or null.
  func optional(_ name: String) throws(XylemError) -> ExportedJSON? {
    guard case .object(let members) = value else { throw fault("object") }
    guard let member = members.first(where: { $0.key == name }) else { return nil }
    if case .null = member.value { return nil }
    return inner(member.value, name)
  }

  /// The only member of an object: one of several forms.
  func form() throws(XylemError) -> (name: String, json: ExportedJSON) {
    guard case .object(let members) = value, members.count == 1 else { throw fault("object with one member") }
    return (members[0].key, inner(members[0].value, members[0].key))
  }

  /// The elements of an array.
  func array() throws(XylemError) -> [ExportedJSON] {
    guard case .array(let elements) = value else { throw fault("array") }
    return elements.enumerated().map { inner($1, "[\($0)]") }
  }

  // MARK: - Values

  func string() throws(XylemError) -> String {
    guard case .string(let text) = value else { throw fault("string") }
    return text
  }

  func int() throws(XylemError) -> Int {
    guard case .int(let number) = value else { throw fault("integer of at most 64 bits") }
    return number
  }

  func bool() throws(XylemError) -> Bool {
    guard case .bool(let flag) = value else { throw fault("Boolean") }
    return flag
  }

  /// A floating-point number. JSON has no infinities: they are strings.
  func float() throws(XylemError) -> Double {
    switch value {
    case .float(let number): return number
    case .int(let number): return Double(number)
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    case .string("NaN"): return .nan
    default: throw fault("number")
    }
  }
}
