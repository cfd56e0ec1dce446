internal import XylemGraph
internal import XylemRuntime
internal import XylemTrace

/// Adds up the bytes of the model's tensors that a graph reads.
struct ParameterBytes {
  let model: ScriptModel

  /// The bytes of the attributes that the graph reads, and of every tensor of the modules that its leaves and regions
  /// may call. Tensors that start at one address count once, with the largest of them.
  func count(of graph: Graph) -> Int {
    var bytesByAddress: [UInt: Int] = [:]
    func add(_ tensor: Tensor) {
      guard let address = tensor.dataAddress else { return }
      bytesByAddress[address] = max(bytesByAddress[address] ?? 0, tensor.count * (tensor.dtype?.byteCount ?? 0))
    }
    func addModule(_ path: String) {
      if let object = model.module(at: path)?.object { forEachTensor(below: object, add) }
    }
    for node in graph.nodes {
      switch node.operation {
      case .leafModule(let leaf): addModule(leaf.path)
      case .leafFunction(let function): if let path = function.modulePath { addModule(path) }
      case .region(let region): region.hiddenModules.forEach(addModule)
      case .attribute(let path): if let tensor = attribute(at: path) { add(tensor) }
      default: break
      }
    }
    return bytesByAddress.values.reduce(0, +)
  }

  private func attribute(at path: String) -> Tensor? {
    let parts = path.split(separator: ".").map(String.init)
    guard let name = parts.last else { return nil }
    return model.module(at: parts.dropLast().joined(separator: "."))?.object.attribute(name)?.tensor
  }

  private func forEachTensor(below object: ScriptObject, _ body: (Tensor) -> Void) {
    for attribute in (try? object.attributes()) ?? [] {
      switch attribute.value {
      case .tensor(let tensor): body(tensor)
      case .object(let child) where child.kind == .module: forEachTensor(below: object.archive.object(child), body)
      default: break
      }
    }
  }
}
