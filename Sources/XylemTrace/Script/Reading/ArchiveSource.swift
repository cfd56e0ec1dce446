internal import OrderedCollections
internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// An archive's code and attributes in one mode, as far as they are constant.
final class ArchiveSource {
  /// The content of an attribute.
  enum Content {
    case module(ScriptModule)
    case literal(Literal)
    /// Constants in a list that the model holds and code may change.
    case list([CodeValue])
    case tuple([CodeValue])
    /// A value that is known only at run time and is not None.
    case value
    /// A value that code may change, also to None.
    case open
  }

  let model: ScriptModel
  private let mode: Mode
  /// Names of attributes that some code assigns.
  private lazy var assignedNames = model.assignedNames

  init(_ model: ScriptModel, in mode: Mode) {
    self.model = model
    self.mode = mode
  }

  func code(of function: ScriptFunction) -> ScriptCode? { try? model.code(of: function) }

  func isMissing(_ op: String) -> Bool { model.archive.missingOperators.contains(op) }

  func content(of name: String, in module: ScriptModule) -> Content? {
    if name == "training", module.isTraining != nil, !assignedNames.contains(name) {
      return .literal(.bool(model.isTraining(module, in: mode)))
    }
    guard let attribute = module.attributes[name] else {
      // A constant of the class.
      return module.object.attribute(name).map(Self.content)
    }
    switch attribute.content {
    case .module(let child): return .module(child)
    case .value(let value):
      if assignedNames.contains(name) { return .open }
      return Self.content(value)
    }
  }

  private static func content(_ value: Value) -> Content {
    if let literal = value.literal { return .literal(literal) }
    switch try? value.unpacked() {
    case .list(let elements)? where elements.count <= longest:
      return literals(elements).map { .list($0) } ?? .value
    case .tuple(let elements, _)? where elements.count <= longest:
      return literals(elements).map { .tuple($0) } ?? .value
    default: return .value
    }
  }

  private static func literals(_ values: [Value]) -> [CodeValue]? {
    let found = values.compactMap { $0.literal.map { CodeValue.literal($0) } }
    return found.count == values.count ? found : nil
  }

  /// Longer lists are known only as a whole.
  private static let longest = 64
}
