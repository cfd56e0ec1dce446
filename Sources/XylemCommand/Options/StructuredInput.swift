internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor

/// Assembles an argument from a file's tensors, which are addressed by their position in it: `batch.0.image`.
///
/// Elements of lists and tuples are addressed by position, fields of named tuples and entries of dictionaries by name.
/// A tensor with the argument's own name is the whole argument: a list then has this one element, and a list or tuple
/// of numbers has the tensor's elements.
struct StructuredInput {
  private let file: any NamedArrayFile
  /// The names that no argument has used yet.
  private(set) var unused: Set<String>

  init(_ file: any NamedArrayFile) {
    self.file = file
    unused = Set(file.names)
  }

  /// The value at a position. Nil if the file has nothing for it.
  ///
  /// - Throws: `extract.input` if a part is missing or has the wrong form; the errors of reading the file.
  mutating func value(of type: TypeExpression, at name: String) throws -> Value? {
    if unused.remove(name) != nil {
      return try Self.whole(type, file.array(name), name: name, file: file.path)
    }
    guard unused.contains(where: { $0.hasPrefix(name + ".") }) else { return nil }
    switch type.unwrapped {
    case .list(let element): return try list(of: element, at: name)
    case .tuple(let types, let names): return try tuple(of: types, names, at: name)
    case .dictionary(let key, let value): return try dictionary(key, value, at: name)
    case .union(let types):
      let structures = types.filter(\.hasParts)
      return structures.count == 1 ? try value(of: structures[0], at: name) : nil
    default: return nil
    }
  }

  /// The rest of the unused names after a position, each once, in the file's order: the first component, or all of it.
  private func keys(at name: String, whole: Bool = false) -> [String] {
    let prefix = name + "."
    var seen: Set<String> = []
    return file.names.compactMap { full in
      guard full.hasPrefix(prefix), unused.contains(full) else { return nil }
      let rest = full.dropFirst(prefix.count)
      let key = String(whole ? rest : rest.prefix { $0 != "." })
      return seen.insert(key).inserted ? key : nil
    }
  }

  private mutating func list(of element: TypeExpression, at name: String) throws -> Value? {
    let positions = keys(at: name).compactMap { Int($0) }.filter { $0 >= 0 }
    guard let last = positions.max() else { return nil }
    guard last < positions.count else {
      let missing = (0...last).first { !positions.contains($0) } ?? 0
      throw CommandErrors.missingPart("\(name).\(missing)", file: file.path)
    }
    return .list(try (0...last).map { try part(element, at: "\(name).\($0)") })
  }

  private mutating func tuple(of types: [TypeExpression], _ names: [String]?, at name: String) throws -> Value? {
    var values: [Value] = []
    for (position, type) in types.enumerated() {
      let field = names.map { name + "." + $0[position] }
      if let field, let found = try value(of: type, at: field) {
        values.append(found)
      } else {
        values.append(try part(type, at: "\(name).\(position)", alsoCalled: field))
      }
    }
    return .tuple(values, names: names ?? [])
  }

  private mutating func dictionary(_ key: TypeExpression, _ type: TypeExpression, at name: String) throws -> Value? {
    var entries: [(key: Value, value: Value)] = []
    // A key may contain dots if nothing can follow it. The order of the entries is the file's: code may iterate over them.
    let keys = keys(at: name, whole: !type.hasParts)
    let numbers = keys.compactMap { Int($0) }
    if key == .int, numbers.count == keys.count {
      for number in numbers {
        entries.append((.int(number), try part(type, at: "\(name).\(number)")))
      }
    } else if key == .string {
      for text in keys { entries.append((.string(text), try part(type, at: "\(name).\(text)"))) }
    }
    return entries.isEmpty ? nil : .dictionary(entries)
  }

  private mutating func part(_ type: TypeExpression, at name: String, alsoCalled field: String? = nil) throws -> Value {
    if let found = try value(of: type, at: name) { return found }
    if type.allowsNone { return .none }
    throw CommandErrors.missingPart(field ?? name, file: file.path)
  }
}

// MARK: - One tensor for a whole argument

extension StructuredInput {
  /// The value of a type that a single tensor gives.
  ///
  /// - Throws: `extract.input` if a tensor can't give it.
  static func whole(_ type: TypeExpression, _ array: HostArray, name: String, file: String) throws -> Value {
    switch type.unwrapped {
    case .int, .float, .bool, .number: return try number(type.unwrapped, array, name: name, file: file)
    case .list(.tensor), .list(.optional(.tensor)): return .list([.tensor(try Tensor(array))])
    case .list(let element) where element.isNumber:
      return .list(try numbers(of: array).map { try number(element, $0, name: name, file: file) })
    case .tuple(let types, let names) where types.allSatisfy(\.isNumber):
      let numbers = try numbers(of: array)
      guard numbers.count == types.count else {
        throw CommandErrors.input(
          "'\(name)' takes \(types.count) numbers, but the tensor has \(numbers.count)", file: file)
      }
      return .tuple(
        try zip(types, numbers).map { try number($0, $1, name: name, file: file) }, names: names ?? [])
    case .list, .tuple, .dictionary: throw CommandErrors.wholeStructure(name, type, file: file)
    case .string, .device, .none, .complex:
      throw CommandErrors.input("'\(name)' is of type \(type), which a tensor can't give", file: file)
    case .tensor, .any, .union, .other, .optional: return .tensor(try Tensor(array))
    }
  }

  private static func numbers(of array: HostArray) throws -> [Double] { try array.doubles() }

  private static func number(_ type: TypeExpression, _ array: HostArray, name: String, file: String) throws -> Value {
    let numbers = try array.doubles()
    guard numbers.count == 1 else {
      throw CommandErrors.input("'\(name)' takes one number, not \(array)", file: file)
    }
    return try number(
      type == .number && ![.float16, .bfloat16, .float32, .float64].contains(array.dtype) ? .int : type, numbers[0],
      name: name, file: file)
  }

  private static func number(_ type: TypeExpression, _ number: Double, name: String, file: String) throws -> Value {
    switch type {
    case .bool:
      guard number == 0 || number == 1 else {
        throw CommandErrors.input("'\(name)' takes 0 or 1, for false and true, not \(number)", file: file)
      }
      return .bool(number != 0)
    case .int:
      guard let whole = Int(exactly: number) else {
        throw CommandErrors.input("'\(name)' takes a whole number, not \(number)", file: file)
      }
      return .int(whole)
    default: return .float(number)
    }
  }
}

extension TypeExpression {
  /// Whether values of the type have addressable parts.
  fileprivate var hasParts: Bool {
    switch unwrapped {
    case .list, .tuple, .dictionary: true
    case .union(let types): types.contains(where: \.hasParts)
    default: false
    }
  }

  fileprivate var isNumber: Bool { [.int, .float, .bool, .number].contains(self) }

  /// Example names, in a file, for the parts of an argument of this type.
  func partNames(of name: String) -> String {
    switch unwrapped {
    case .list(let element): element.partNames(of: name + ".0")
    case .tuple(let types, let names):
      types.first.map { $0.partNames(of: name + "." + (names?.first ?? "0")) } ?? name
    case .dictionary(let key, let value): value.partNames(of: name + (key == .int ? ".0" : ".KEY"))
    default: name
    }
  }
}
