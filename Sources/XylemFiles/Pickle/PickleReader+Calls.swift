package import XylemErrors

extension PickleReader {
  /// The result that Python gets by calling `function`: dictionaries and tensors for the functions that `torch.save`
  /// uses, a placeholder for all others.
  package func call(_ function: Int, arguments: Int) throws(XylemError) -> PickleNode {
    guard case .global(let name) = nodes[function], case .tuple(let arguments) = nodes[arguments] else {
      return .object(nodes[function].typeName)
    }
    switch name {
    case "collections.OrderedDict" where arguments.isEmpty: return .dictionary([])
    // Python 2 gives the items.
    case "collections.OrderedDict" where arguments.count == 1: return items(arguments[0]) ?? .object(name)
    case "collections.defaultdict" where arguments.count < 2: return .dictionary([])
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      // Nothing but these: a container would be another owner of possibly long data.
      switch arguments.first.map({ nodes[$0] }) {
      case .tensor(let tensor): return .tensor(tensor)
      case .object(let name): return .object(name)
      default: throw fault(.arguments(name))
      }
    case "torch._tensor._rebuild_from_type_v2": return try subclass(arguments)
    default: return try tensor(name, arguments) ?? .object(name)
    }
  }

  /// A tensor with attributes, or of one of PyTorch's subclasses.
  private func subclass(_ arguments: [Int]) throws(XylemError) -> PickleNode {
    guard arguments.count == 4, case .global(let function) = nodes[arguments[0]],
      case .global(let type) = nodes[arguments[1]], case .tuple(let inner) = nodes[arguments[2]]
    else { throw fault(.arguments("torch._tensor._rebuild_from_type_v2")) }
    let plain = ["torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer"]
    guard plain.contains(type) else { return .object(type) }
    return try tensor(function, inner) ?? .object(function)
  }

  /// A tensor, or nil if the function does not create a known tensor.
  private func tensor(_ function: String, _ arguments: [Int]) throws(XylemError) -> PickleNode? {
    let typed = function == "torch._utils._rebuild_tensor_v3"
    let counts: ClosedRange<Int>
    switch function {
    case "torch._utils._rebuild_tensor": counts = 4...4
    case "torch._utils._rebuild_tensor_v2": counts = 6...7
    case "torch._utils._rebuild_tensor_v3": counts = 7...8
    default: return nil
    }
    guard counts.contains(arguments.count), case .storage(let storage) = nodes[arguments[0]],
      case .int(let offset) = nodes[arguments[1]], let sizes = numbers(arguments[2]),
      let strides = numbers(arguments[3])
    else { throw fault(.arguments(function)) }
    var dtype = storage.dtype
    if typed {
      guard case .global(let name) = nodes[arguments[6]] else { throw fault(.arguments(function)) }
      dtype = name.hasPrefix("torch.") ? DType(rawValue: String(name.dropFirst("torch.".count))) : nil
      guard dtype != nil else { return .object("a tensor of \(name)") }
    }
    guard let dtype else { return .object("a tensor in a \(storage.className)") }
    guard offset >= 0, sizes.count == strides.count, strides.allSatisfy({ $0 >= 0 }),
      HostArray.byteCount(of: dtype, shape: sizes) != nil
    else { throw fault(.layout(sizes: sizes, strides: strides, offset: offset)) }
    let marks = try marks(arguments.count == counts.upperBound ? arguments.dropFirst(counts.lowerBound).first : nil)
    return .tensor(
      PickleTensor(
        storage: storage, dtype: dtype, offset: offset, sizes: sizes, strides: strides,
        isConjugated: marks.contains("conj"), isNegated: marks.contains("neg")))
  }

  /// The names of further properties of a tensor's values.
  private func marks(_ index: Int?) throws(XylemError) -> Set<String> {
    guard let index else { return [] }
    if case .none = nodes[index] { return [] }
    guard case .dictionary(let entries) = nodes[index], entries.count <= Self.mostDimensions else {
      throw fault(.arguments("a tensor"))
    }
    var names: Set<String> = []
    for (key, value) in entries {
      guard case .text(let name) = nodes[key], ["conj", "neg"].contains(name), case .bool(let isTrue) = nodes[value]
      else { throw fault(.arguments("a tensor")) }
      if isTrue { names.insert(name) }
    }
    return names
  }

  /// More than any operator accepts.
  private static let mostDimensions = 64

  private func numbers(_ index: Int) -> [Int]? {
    let elements: [Int]
    switch nodes[index] {
    case .tuple(let found), .list(let found): elements = found
    default: return nil
    }
    guard elements.count <= Self.mostDimensions else { return nil }
    var numbers: [Int] = []
    for element in elements {
      guard case .int(let number) = nodes[element] else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// A dictionary from a list of pairs. Nil for anything else.
  private func items(_ index: Int) -> PickleNode? {
    guard case .list(let pairs) = nodes[index] else { return nil }
    var entries: [(key: Int, value: Int)] = []
    for pair in pairs {
      switch nodes[pair] {
      case .tuple(let parts) where parts.count == 2, .list(let parts) where parts.count == 2:
        entries.append((parts[0], parts[1]))
      default: return nil
      }
    }
    return .dictionary(entries)
  }

  /// The value of a persistent identifier: storages have one, and, in the format before PyTorch 1.6, the classes of
  /// modules.
  func persistent(_ index: Int) throws(XylemError) -> PickleNode {
    guard case .tuple(let parts) = nodes[index], let first = parts.first else { throw fault(.arguments("a storage")) }
    if case .text("module") = nodes[first], parts.count >= 2, case .global = nodes[parts[1]] { return nodes[parts[1]] }
    guard (5...6).contains(parts.count), case .text("storage") = nodes[first],
      case .global(let className) = nodes[parts[1]], case .text(let key) = nodes[parts[2]],
      case .int(let count) = nodes[parts[4]], count >= 0
    else { throw fault(.arguments("a storage")) }
    guard parts.count == 6 else { return .storage(PickleStorage(key: key, className: className, count: count)) }
    switch nodes[parts[5]] {
    case .none: return .storage(PickleStorage(key: key, className: className, count: count))
    case .tuple(let view):
      // A storage that is a part of another one, with its key, start and length.
      guard view.count == 3, case .int(let offset) = nodes[view[1]], case .int(let length) = nodes[view[2]],
        offset >= 0,
        length >= 0, offset <= count, length <= count - offset
      else { throw fault(.arguments("a storage")) }
      return .storage(PickleStorage(key: key, className: className, count: count, viewOffset: offset))
    default: throw fault(.arguments("a storage"))
    }
  }
}
