internal import XylemPlugins
internal import XylemTensor

/// The properties of a module that are plain values, for the code of a plugin that replaces the module.
enum PlainAttributes {
  static func of(_ module: Module) -> [(name: String, value: Value)] {
    let kinds = PropertyKinds()
    var mirrors: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: module)
    while let current = mirror, current.subjectType != Module.self {
      mirrors.append(current)
      mirror = current.superclassMirror
    }
    var found: [(name: String, value: Value)] = []
    for mirror in mirrors.reversed() {
      for child in mirror.children {
        guard let label = child.label, let value = plain(child.value) else { continue }
        found.append((kinds.key(of: label), value))
      }
    }
    return found
  }

  /// A number, a Boolean, a string, nil, or a list or tuple of those. Nil for everything else.
  private static func plain(_ any: Any) -> Value? {
    switch any {
    case let flag as Bool: return .bool(flag)
    case let number as any BinaryInteger: return Int(exactly: number).map { .int($0) }
    case let number as Double: return .float(number)
    case let number as Float: return .float(Double(number))
    case let text as String: return .string(text)
    default: break
    }
    let mirror = Mirror(reflecting: any)
    switch mirror.displayStyle {
    case .optional:
      guard let wrapped = mirror.children.first else { return Value.none }
      return plain(wrapped.value)
    case .collection, .tuple:
      var parts: [Value] = []
      for child in mirror.children {
        guard let part = plain(child.value) else { return nil }
        parts.append(part)
      }
      return .list(parts)
    case .enum where mirror.children.isEmpty: return .string(String(describing: any))
    case .struct:
      // A size in each dimension, however it is declared.
      guard mirror.children.count == 1, let only = mirror.children.first else { return nil }
      return plain(only.value)
    default: return nil
    }
  }
}
