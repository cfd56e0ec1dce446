internal import XylemErrors
internal import XylemGraph

/// A request to return a node, a module or another prefix of names, or a glob.
public struct ReturnRequest: Sendable, Hashable {
  /// The requested name: `layer1.0.relu`, `layer4`, `layer*`, `relu#1`, `head[0]`, `head["logits"]`.
  public var node: String
  /// The key of the result. Nil for the node's own name.
  public var key: String?

  /// Creates a request for a node, under its own name or a key.
  public init(_ node: String, as key: String? = nil) {
    self.node = node
    self.key = key
  }

  /// Parses `NODE` or `NODE=KEY`.
  public init(parsing text: String) {
    let named = KeyedName(text)
    self.init(named.node, as: named.key)
  }
}

extension ReturnRequest: ExpressibleByStringLiteral {
  /// Creates a request for a node under its own name.
  public init(stringLiteral node: String) { self.init(node) }
}

/// A step into a structured value.
enum Projection: Hashable, Sendable, Codable {
  case index(Int)
  case key(String)
}

extension Projection {
  /// Parses `[0]["a"].logits.1`: positions and names, in brackets or after dots. Nil if the string begins within a
  /// quoted name.
  ///
  /// - Parameter request: the whole request, for the error.
  /// - Throws: `extract.unaddressable` for another form.
  static func steps(_ text: Substring, of request: String) throws(XylemError) -> [Projection]? {
    var steps: [Projection] = []
    var rest = text
    while let first = rest.popFirst() {
      if first == "[" {
        guard let close = rest.firstIndex(of: "]") else {
          throw ExtractErrors.unaddressable(request, "an index has the form [0] or [\"name\"]")
        }
        let inner = rest[..<close]
        steps.append(Int(inner).map { .index($0) } ?? .key(inner.trimming { $0 == "\"" || $0 == "'" }))
        rest = rest[rest.index(after: close)...]
      } else if first == "." {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        guard !name.isEmpty, !name.contains("]") else { return nil }
        steps.append(Int(name).map { .index($0) } ?? .key(String(name)))
        rest = rest[name.endIndex...]
      } else {
        throw ExtractErrors.unaddressable(request, "an index has the form [0] or [\"name\"]")
      }
    }
    return steps
  }
}

extension Substring {
  fileprivate func trimming(_ isDropped: (Character) -> Bool) -> String {
    var result = self
    while let first = result.first, isDropped(first) { result.removeFirst() }
    while let last = result.last, isDropped(last) { result.removeLast() }
    return String(result)
  }
}
