import XylemErrors

/// The reason why a graph's file form could not be read or written, as data.
package enum GraphFileError {
  /// The file has another schema.
  case schema(Int)
  /// The file contains a kind of operation that the schema doesn't have.
  case operationKind(String, path: [any CodingKey])
  /// An object for an argument doesn't have exactly one key, or has a key that the schema doesn't have.
  case argumentKind([String], path: [any CodingKey])
  /// A part is missing or has the wrong type.
  case malformed(String, path: [any CodingKey])
  /// An id is negative, or larger than allowed for the number of nodes.
  case idRange(Int, limit: Int)
  /// A decoded argument is nested too deeply.
  case deepArgument(path: [any CodingKey])
  /// An argument to encode is nested too deeply.
  case unwritableArgument

  /// The error to throw.
  var error: XylemError {
    let known = Graph.schema
    switch self {
    case .schema(let found):
      return XylemError(
        .graphUnreadable, "the graph is written in schema \(found), and this version of Xylem reads schema \(known)",
        remedies: ["write the graph again with this version of Xylem, or read it with the version that wrote it"])
    case .operationKind(let kind, let path):
      return XylemError(
        .graphUnreadable,
        "at \(text(of: path)): the graph has schema \(known), but schema \(known) of this version of Xylem has no "
          + "operation of kind \(pythonLiteral(kind))")
    case .argumentKind(let keys, let path):
      let found = keys.isEmpty ? "none" : keys.prefix(4).map { pythonLiteral($0) }.joined(separator: ", ")
      return XylemError(
        .graphUnreadable,
        "at \(text(of: path)): an argument is an object with one key that schema \(known) of this version of Xylem "
          + "knows, but this one has \(found)")
    case .malformed(let reason, let path):
      return XylemError(.graphUnreadable, "at \(text(of: path)): \(reason)")
    case .idRange(let id, let limit):
      return XylemError(.graphUnreadable, "the id \(id) is not from 0 to \(limit - 1)")
    case .deepArgument(let path):
      return XylemError(
        .graphUnreadable,
        "at \(text(of: path.prefix(8)))…: an argument is nested deeper than \(NodeInput.maximumDepth) structures")
    case .unwritableArgument:
      return XylemError(
        .graphInvalid,
        "an argument is nested deeper than the \(NodeInput.maximumDepth) structures that a graph's file form can hold")
    }
  }
}

extension GraphFileError {
  /// Any error of decoding, as a Xylem error.
  static func wrapping(_ error: any Error) -> XylemError {
    if let error = error as? XylemError { return error }
    guard let error = error as? DecodingError else {
      return XylemError(.graphUnreadable, "a part of the graph can't be read", cause: error)
    }
    let (reason, path): (String, [any CodingKey]) =
      switch error {
      case .typeMismatch(let type, let context): ("this is not \(name(of: type))", context.codingPath)
      case .valueNotFound(let type, let context): ("this is null, not \(name(of: type))", context.codingPath)
      case .keyNotFound(let key, let context): ("'\(key.stringValue)' is missing", context.codingPath)
      case .dataCorrupted(let context): (context.debugDescription, context.codingPath)
      @unknown default: ("this can't be read", [])
      }
    return GraphFileError.malformed(reason, path: path).error
  }

  /// The reason why a document with graphs could not be read, in one line.
  package static func reason(_ error: any Error) -> String {
    switch error {
    case let error as XylemError: error.message
    case is DecodingError: wrapping(error).message
    default: String(describing: error)
    }
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "an integer"
    case is Double.Type: "a number"
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is [Any].Type: "an array"
    case is [String: Any].Type: "an object"
    default: "the expected type"
    }
  }

  /// `nodes[3].inputs[0]`, or `the top`.
  private func text(of path: some Collection<any CodingKey>) -> String {
    var text = ""
    for key in path {
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + printable(key.stringValue)
      }
    }
    return text.isEmpty ? "the top" : text
  }
}
