internal import XylemGraph
internal import XylemTrace

/// Counts the multiplications, each with an addition, of a node's convolution or matrix product.
///
/// Counts layers whose type name contains `Conv` or `Linear` and that have a weight, by the shapes of weight and
/// result, and the functions and operators of convolution, linear layers and matrix products. Biases, attention within
/// one leaf and all other operations are not counted.
struct MultiplyAdds {
  /// The sizes of the model's tensors by their keys.
  let sizes: [String: [Int]]
  let graph: Graph
  let shapes: [NodeID: ShapeProbe.Found]

  /// The count for a node. 0 for operations that are not counted.
  func count(of node: Node) -> Int {
    guard let output = shapes[node.id]?.shape else { return 0 }
    switch node.operation {
    case .leafModule(let leaf):
      guard leaf.method == "forward", let weight = weight(of: leaf) else { return 0 }
      let name = leaf.type.split(separator: ".").last.map(String.init) ?? ""
      if name.contains("ConvTranspose") { return transposed(node, weight: weight) }
      if name.contains("Conv"), weight.count >= 3 { return Self.product(output, weight.dropFirst()) }
      if name.contains("Linear"), weight.count == 2 { return Self.product(output, weight.dropFirst()) }
      return 0
    case .leafFunction(let function): return count(function.name, node, output: output)
    case .operator(let name): return count(name, node, output: output)
    default: return 0
    }
  }

  private func count(_ name: String, _ node: Node, output: [Int]) -> Int {
    let short = name.split(separator: ":").last?.split(separator: ".") ?? []
    let word = name.contains("::") ? short.first.map(String.init) ?? "" : short.last.map(String.init) ?? ""
    switch word {
    case "conv1d", "conv2d", "conv3d", "linear":
      guard let weight = shape(node, 1) else { return 0 }
      return Self.product(output, weight.dropFirst())
    case "matmul", "mm", "bmm", "mv": return Self.product(output, shape(node, 0)?.suffix(1) ?? [0])
    case "addmm", "baddbmm": return Self.product(output, shape(node, 1)?.suffix(1) ?? [0])
    default: return 0
    }
  }

  private func transposed(_ node: Node, weight: [Int]) -> Int {
    guard let input = shape(node, 0) else { return 0 }
    return Self.product(input, weight.dropFirst())
  }

  private func shape(_ node: Node, _ position: Int) -> [Int]? {
    guard node.inputs.indices.contains(position), let id = node.inputs[position].node else { return nil }
    return shapes[id]?.shape
  }

  private func weight(of leaf: LeafModule) -> [Int]? {
    sizes[leaf.path.isEmpty ? "weight" : leaf.path + ".weight"]
  }

  /// The product of all sizes, at most `Int.max`.
  private static func product(_ a: [Int], _ b: ArraySlice<Int>) -> Int {
    (a + b).reduce(1) { product, size in
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      return overflow ? .max : next
    }
  }
}
