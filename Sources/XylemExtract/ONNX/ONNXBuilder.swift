internal import XylemErrors
internal import XylemFiles
internal import XylemTensor

/// Thrown to start again with something that was found out about an input of the graph.
enum ONNXRestart: Error {
  case rank(input: String, Int)
  case dtype(input: String, DType)
  case fixedShapes(reason: String)
}

/// Builds an ONNX graph node by node.
///
/// A helper node that equals an earlier one is not added again, so equal names of values mean equal values.
final class ONNXBuilder {
  private(set) var nodes: [ONNXNode] = []
  private var initializers: [String: ONNXInitializer] = [:]
  private var initializerOrder: [String] = []
  private var names: Set<String> = []
  /// The outputs of helper nodes, by the node without its name and outputs.
  private var known: [ONNXNode: [String]] = [:]
  private var constants: [HostArray: String] = [:]
  /// The names of the trace that helpers' values were given later.
  private var renamed: [String: String] = [:]
  /// The name of the node that is being written, for the names of its helpers.
  var scope = ""
  /// Domains of operators that are not ONNX's own.
  private(set) var domains: Set<String> = []

  /// The number of nodes so far.
  var count: Int { nodes.count }

  /// Takes a name, or the next free one after it.
  func unique(_ name: String) -> String {
    var candidate = name
    var number = 1
    while !names.insert(candidate).inserted {
      candidate = "\(name)/\(number)"
      number += 1
    }
    return candidate
  }

  /// The current name of a value.
  func current(_ name: String) -> String { renamed[name] ?? name }

  /// Keeps names for inputs and outputs.
  func reserve(_ reserved: some Sequence<String>) { names.formUnion(reserved) }

  /// Adds a call of an operator and returns the names of its results.
  func emit(
    _ operation: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:], outputs count: Int = 1,
    domain: String = ""
  ) -> [String] {
    let inputs = inputs.map(current)
    var key = ONNXNode(
      name: "", operation: operation, domain: domain, inputs: inputs, outputs: [], attributes: attributes)
    key.outputs = [String(count)]
    if let found = known[key], domain.isEmpty { return found }
    let name = unique("\(scope)/\(operation.lowercased())")
    let outputs = count == 1 ? [name] : (0..<count).map { unique("\(name).\($0)") }
    nodes.append(
      ONNXNode(
        name: name, operation: operation, domain: domain, inputs: inputs, outputs: outputs, attributes: attributes))
    known[key] = outputs
    if !domain.isEmpty { domains.insert(domain) }
    return outputs
  }

  /// Gives a value, and the node that computes it, a name of the trace. A value that was there before is copied under the
  /// name.
  ///
  /// - Parameter start: the number of nodes before those that may be renamed.
  func name(_ value: String, _ name: String, since start: Int) -> String {
    let (value, wanted) = (current(value), unique(name))
    guard let index = nodes[start...].firstIndex(where: { $0.outputs.contains(value) }), nodes[index].outputs.count == 1
    else {
      nodes.append(ONNXNode(name: wanted, operation: "Identity", inputs: [value], outputs: [wanted]))
      return wanted
    }
    nodes[index].name = wanted
    nodes[index].outputs = [wanted]
    for later in nodes.indices[start...] {
      for position in nodes[later].inputs.indices where nodes[later].inputs[position] == value {
        nodes[later].inputs[position] = wanted
      }
    }
    for (old, new) in renamed where new == value { renamed[old] = wanted }
    renamed[value] = wanted
    return wanted
  }

  /// Copies a value under a name, which another value of a node gives up.
  ///
  /// - Throws: `extract.unsavable` for the name of an input or of a tensor of the model.
  func copy(_ value: String, as name: String) throws {
    if !names.insert(name).inserted {
      guard let index = nodes.firstIndex(where: { $0.outputs.contains(name) }) else {
        throw ExtractErrors.onnx("the feature '\(name)' has the name of an input or of a tensor of the model")
      }
      let other = unique(name)
      nodes[index].outputs = nodes[index].outputs.map { $0 == name ? other : $0 }
      for later in nodes.indices[index...] {
        nodes[later].inputs = nodes[later].inputs.map { $0 == name ? other : $0 }
      }
      for (old, new) in renamed where new == name { renamed[old] = other }
      renamed[name] = other
    }
    nodes.append(ONNXNode(name: unique(name), operation: "Identity", inputs: [current(value)], outputs: [name]))
  }

  // MARK: - Constants

  /// A tensor of the model under its key.
  func initializer(_ key: String, _ tensor: Tensor) throws -> ONNXTensor {
    guard let dtype = tensor.dtype, dtype.onnxCode != nil else {
      throw ExtractErrors.onnx("the tensor '\(key)' has an element type that ONNX lacks")
    }
    let sizes = try tensor.sizes
    guard ![.float16, .bfloat16, .float64, .complex64, .complex128].contains(dtype) || sizes.isEmpty else {
      throw ExtractErrors.onnx(
        "the tensor '\(key)' is \(dtype.rawValue): only models that compute in float32 are written",
        remedies: ["convert the model to float32 first"])
    }
    var name = key
    if let existing = initializers[key] {
      guard case .tensor(let other) = existing.contents, other.dataAddress != tensor.dataAddress else {
        return ONNXTensor(name: key, dtype: dtype, shape: sizes.map { .fixed($0) })
      }
      name = unique(key)
    } else if !names.insert(key).inserted {
      name = unique(key)
    }
    add(ONNXInitializer(name: name, dtype: dtype, shape: sizes, contents: .tensor(tensor)))
    return ONNXTensor(name: name, dtype: dtype, shape: sizes.map { .fixed($0) })
  }

  private func add(_ initializer: ONNXInitializer) {
    initializers[initializer.name] = initializer
    initializerOrder.append(initializer.name)
  }

  /// A constant that is not part of the model's state.
  func constant(_ array: HostArray) -> ONNXTensor {
    let shape = array.shape.map { ONNXDimension.fixed($0) }
    if let known = constants[array] { return ONNXTensor(name: known, dtype: array.dtype, shape: shape) }
    let name = unique("constant/\(constants.count)")
    add(ONNXInitializer(name: name, dtype: array.dtype, shape: array.shape, contents: .array(array)))
    constants[array] = name
    return ONNXTensor(name: name, dtype: array.dtype, shape: shape)
  }

  /// A list of integers as a tensor of rank 1.
  func constant(_ values: [Int]) throws -> String {
    constant(try HostArray(values.map { Int64($0) }, shape: [values.count])).name
  }

  /// Numbers of a type, as a tensor of a shape.
  func constant(_ values: [Double], _ dtype: DType, shape: [Int] = []) throws -> String {
    let array: HostArray =
      switch dtype {
      case .float32: try HostArray(values.map { Float($0) }, shape: shape)
      case .float64: try HostArray(values, shape: shape)
      case .bool: try HostArray(dtype: .bool, shape: shape, bytes: values.map { $0 == 0 ? 0 : 1 })
      case .uint8: try HostArray(dtype: .uint8, shape: shape, bytes: values.map { UInt8($0) })
      case .int32: try HostArray(values.map { Int32($0) }, shape: shape)
      case .int64: try HostArray(values.map { Int64($0) }, shape: shape)
      default: throw ExtractErrors.onnx("a constant of type \(dtype.rawValue) can't be written")
      }
    return constant(array).name
  }

  // MARK: - The graph

  /// The nodes and constants that some outputs need.
  func graph(inputs: [ONNXValueInfo], outputs: [ONNXValueInfo]) -> ONNXGraph {
    var needed = Set(outputs.map(\.name))
    var kept: [ONNXNode] = []
    for node in nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    return ONNXGraph(
      nodes: kept.reversed(),
      initializers: initializerOrder.compactMap { needed.contains($0) ? initializers[$0] : nil },
      inputs: inputs, outputs: outputs)
  }
}
