internal import XylemErrors

/// The declared parts of one module: its tensors and child modules, with their names in the model.
struct ModuleMembers {
  enum Held {
    case parameter(Parameter)
    case buffer(Buffer)
  }

  private(set) var tensors: [(key: String, Held)] = []
  private(set) var children: [(key: String, Module)] = []

  private let path: String
  private let type: String
  /// The property of each name.
  private var owners: [String: String] = [:]
  /// Objects already visited, so that the search ends.
  private var seen: Set<ObjectIdentifier> = []

  private let kinds: PropertyKinds

  init(of module: Module, path: String, type: String, _ kinds: PropertyKinds) throws(XylemError) {
    self.kinds = kinds
    self.path = path
    self.type = type
    let names = Swift.type(of: module).keys
    // Base classes' properties come first; the properties of Module itself are not part of the model.
    var mirrors: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: module)
    while let current = mirror, current.subjectType != Module.self {
      mirrors.append(current)
      mirror = current.superclassMirror
    }
    for mirror in mirrors.reversed() {
      for child in mirror.children {
        guard let label = child.label else { continue }
        let property = Self.propertyName(label)
        var key = kinds.key(of: property)
        if let given = names[property] {
          guard let given else { continue }
          guard !given.isEmpty, !given.contains(".") else {
            throw ModuleErrors.badKey(given, property, path: path, type: type)
          }
          key = given
        }
        try add(child.value, key, property)
      }
    }
    // PyTorch lists a module's parameters before its buffers.
    tensors = tensors.filter(\.1.isParameter) + tensors.filter { !$0.1.isParameter }
  }

  /// A property's name without the compiler's additions for lazy and wrapped properties.
  private static func propertyName(_ label: String) -> String {
    let lazy = "$__lazy_storage_$_"
    if label.hasPrefix(lazy) { return String(label.dropFirst(lazy.count)) }
    return label.hasPrefix("_") ? String(label.dropFirst()) : label
  }

  private mutating func claim(_ key: String, _ property: String) throws(XylemError) {
    if let first = owners.updateValue(property, forKey: key) {
      throw ModuleErrors.duplicateKey(key, first, property, path: path, type: type)
    }
  }

  private mutating func add(_ value: Any, _ key: String, _ property: String) throws(XylemError) {
    switch kinds.kind(of: value) {
    case .plain: return
    case .module:
      guard let module = value as? Module else { return }
      try claim(key, property)
      children.append((key, module))
    case .parameter:
      guard let parameter = value as? Parameter else { return }
      try claim(key, property)
      tensors.append((key, .parameter(parameter)))
    case .buffer:
      guard let buffer = value as? Buffer else { return }
      try claim(key, property)
      tensors.append((key, .buffer(buffer)))
    case .tensor: throw ModuleErrors.unregistered(property, "a tensor", path: path, type: type)
    case .namedModules:
      for (key, module) in (value as? any NamedModules)?.named ?? [] {
        guard !key.isEmpty, !key.contains(".") else { throw ModuleErrors.badKey(key, property, path: path, type: type) }
        try claim(key, key)
        children.append((key, module))
      }
    case .namedParameters:
      for (key, parameter) in (value as? any NamedParameters)?.named ?? [] {
        try claim(key, key)
        tensors.append((key, .parameter(parameter)))
      }
    case .representable:
      guard let module = (value as? any ModuleRepresentable)?.representedModule else { return }
      try claim(key, property)
      children.append((key, module))
    case .optional:
      if let wrapped = (value as? any OptionalValue)?.wrappedValue { try add(wrapped, key, property) }
    case .other: try addParts(of: value, key, property)
    }
  }

  private mutating func addParts(of value: Any, _ key: String, _ property: String) throws(XylemError) {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .collection:
      for (index, element) in mirror.children.enumerated() { try add(element.value, "\(key).\(index)", property) }
    case .dictionary:
      var entries = mirror.children.compactMap { entry -> (String, Any)? in
        let pair = Array(Mirror(reflecting: entry.value).children)
        return pair.count == 2 ? (String(describing: pair[0].value), pair[1].value) : nil
      }
      // Swift's dictionary has no order; ordered dictionaries keep theirs.
      if String(describing: mirror.subjectType).hasPrefix("Dictionary<") { entries.sort { $0.0 < $1.0 } }
      for (name, element) in entries { try add(element, "\(key).\(name)", property) }
    case .tuple, .struct, .enum:
      for child in mirror.children {
        let label = child.label.map { String($0.drop { $0 == "." || $0 == "_" }) } ?? ""
        try add(child.value, label.isEmpty ? key : "\(key).\(kinds.key(of: label))", property)
      }
    case .set, .class:
      // These have no names or no order that a state dict could keep.
      if let found = held(by: value) {
        throw ModuleErrors.unregistered(
          property, "\(found) within \(mirror.displayStyle == .set ? "a set" : "an object that is not a Module")",
          path: path, type: type)
      }
    default: return
    }
  }

  /// The kind of model part that a value contains, in words, or nil.
  private mutating func held(by value: Any) -> String? {
    switch kinds.kind(of: value) {
    case .plain: return nil
    case .module, .namedModules, .representable: return "a module"
    case .parameter, .buffer, .tensor, .namedParameters: return "a tensor"
    case .optional, .other: break
    }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .class, !seen.insert(ObjectIdentifier(value as AnyObject)).inserted { return nil }
    var current: Mirror? = mirror
    while let level = current {
      for child in level.children { if let found = held(by: child.value) { return found } }
      current = level.superclassMirror
    }
    return nil
  }
}

extension ModuleMembers.Held {
  fileprivate var isParameter: Bool {
    if case .parameter = self { return true }
    return false
  }
}

/// A property whose modules are children under their own keys, without the property's name as a prefix.
package protocol NamedModules {
  /// The modules with their keys, in the model's order.
  var named: [(key: String, module: Module)] { get }
}

/// A property whose parameters belong to the module under their own keys, without the property's name as a prefix.
protocol NamedParameters {
  var named: [(key: String, parameter: Parameter)] { get }
}

/// Swift's names in PyTorch's spelling.
package enum SnakeCase {
  /// `classToken` becomes `class_token`, `inProjWeight` becomes `in_proj_weight`; `conv1` and `layer_norm` are
  /// unchanged.
  package static func name(_ property: String) -> String {
    var result = ""
    var previous: Character?
    let characters = Array(property)
    for (index, character) in characters.enumerated() {
      if character.isUppercase, let before = previous, before != "_" {
        let next = index + 1 < characters.count ? characters[index + 1] : nil
        // An acronym is one word: `rnnLSTMCell` is `rnn_lstm_cell`.
        if !before.isUppercase || next?.isLowercase == true { result.append("_") }
      }
      result += character.lowercased()
      previous = character
    }
    return result
  }
}
