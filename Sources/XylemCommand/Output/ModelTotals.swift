internal import XylemFiles
internal import XylemGraph
internal import XylemReport
internal import XylemTensor
internal import XylemTrace

/// The totals of a model, module by module, and the stages at which its feature maps become smaller: the end of
/// `nodes --long`.
struct ModelTotals {
  /// The totals of a module, including its submodules.
  struct Module {
    /// Empty for the root.
    let path: String
    var type: String?
    var nodes = 0
    var parameters = 0
    var parameterBytes = 0
    var multiplyAdds = 0
    /// The bytes of all values that its nodes compute.
    var valueBytes = 0

    /// The depth below the root.
    var depth: Int { path.isEmpty ? 0 : path.count { $0 == "." } + 1 }
  }

  /// The last feature map before the next smaller one.
  struct Stage: Hashable {
    /// The module whose result it is, or the node's name: the name to request.
    let name: String
    let channels: Int
    /// The number of input pixels, along each side, per pixel of this map.
    let stride: Int
    let shape: [Int]
  }

  /// The root, then every module in the order of its first call.
  let modules: [Module]
  /// Empty if the input is not an image, or not known.
  let stages: [Stage]
  /// Whether the model ran, so that values and multiply-adds are known.
  let knowsValues: Bool

  /// Summarises a trace.
  ///
  /// - Parameters:
  ///   - tensors: the model's tensors; a module used in several places counts once.
  ///   - details: one for each listed node of the trace; with shapes if the model ran.
  init(of trace: Trace, tensors: [StateEntry], details: [NodeDetails]) {
    var modules: [Module] = [Module(path: "")]
    var places = ["": 0]
    func add(_ path: String, _ change: (inout Module) -> Void) {
      for ancestor in Self.ancestors(of: path) {
        let place = places[ancestor] ?? modules.count
        if place == modules.count {
          places[ancestor] = place
          modules.append(Module(path: ancestor))
        }
        change(&modules[place])
      }
    }
    for details in details {
      guard let node = trace.graph.node(named: details.name) else { continue }
      add(Self.path(of: node)) { module in
        module.nodes += 1
        module.multiplyAdds += details.multiplyAdds ?? 0
        module.valueBytes += details.bytes ?? 0
      }
    }
    var seen: Set<[String]> = []
    for entry in tensors where entry.kind == .parameter && seen.insert([entry.modulePath, entry.name]).inserted {
      let count = entry.tensor.knownSizes?.reduce(1, *) ?? 0
      add(entry.modulePath) { module in
        module.parameters += count
        module.parameterBytes += count * (entry.tensor.dtype?.byteCount ?? 0)
      }
    }
    for call in trace.graph.calls {
      if let place = places[call.path] { modules[place].type = call.type.split(separator: ".").last.map(String.init) }
    }
    self.modules = modules
    knowsValues = details.contains { $0.shape != nil }
    stages = knowsValues ? Self.stages(of: trace, details) : []
  }

  /// The module whose code a node belongs to; for a leaf, the leaf itself.
  private static func path(of node: Node) -> String {
    if case .leafModule(let leaf) = node.operation { return leaf.path }
    return node.modulePath
  }

  /// The root, the path's first component, and so on down to the path.
  private static func ancestors(of path: String) -> [String] {
    guard !path.isEmpty else { return [""] }
    var ancestors = [""]
    for component in path.split(separator: ".", omittingEmptySubsequences: false) {
      let last = ancestors[ancestors.count - 1]
      ancestors.append(last.isEmpty ? String(component) : "\(last).\(component)")
    }
    return ancestors
  }

  // MARK: - Stages

  private static func stages(of trace: Trace, _ details: [NodeDetails]) -> [Stage] {
    guard let input = details.first(where: { $0.shape?.count == 4 })?.shape, details.first?.shape == input else {
      return []
    }
    var stages: [Stage] = []
    var last: Stage?
    for details in details.dropFirst() {
      // A value of one pixel is pooled and no longer a map.
      guard let shape = details.shape, shape.count == 4, shape[0] == input[0], shape[2] * shape[3] > 1 else { continue }
      let stride = Int((Double(input[2]) / Double(shape[2])).rounded())
      guard stride >= (last?.stride ?? 1), stride > 1 || last == nil else { continue }
      if let last, stride > last.stride { stages.append(last) }
      last = Stage(name: name(of: details.name, in: trace), channels: shape[1], stride: stride, shape: shape)
    }
    return (stages + [last].compactMap(\.self)).filter { $0.stride > 1 }
  }

  /// The outermost module that returns a node's value, or the node itself.
  private static func name(of node: String, in trace: Trace) -> String {
    guard let id = trace.graph.node(named: node)?.id else { return node }
    let calls = trace.graph.calls.filter {
      $0.result == .node(id) && !$0.path.isEmpty && $0.ordinal + 1 == trace.callCounts[$0.path] ?? 1
    }
    return calls.min { $0.path.count < $1.path.count }?.path ?? node
  }
}

extension ModelTotals {
  /// The root's totals.
  var totalsJSON: JSONValue { json(of: modules[0], names: false) }
  /// Every module's totals.
  var modulesJSON: JSONValue { .array(modules.dropFirst().map { json(of: $0, names: true) }) }
  /// The stages.
  var stagesJSON: JSONValue {
    .array(
      stages.map {
        .object([
          "name": .string($0.name), "channels": .int($0.channels), "stride": .int($0.stride),
          "shape": .array($0.shape.map { .int($0) }),
        ])
      })
  }

  private func json(of module: Module, names: Bool) -> JSONValue {
    var members: [String: JSONValue] = [
      "nodes": .int(module.nodes), "parameters": .int(module.parameters), "parameterBytes": .int(module.parameterBytes),
    ]
    if names {
      members["path"] = .string(module.path)
      members["type"] = .optional(module.type)
    }
    if knowsValues {
      members["multiplyAdds"] = .int(module.multiplyAdds)
      members["valueBytes"] = .int(module.valueBytes)
    }
    return .object(members)
  }

  /// The model and its direct parts, then the stages, without a trailing line break.
  func text(_ style: OutputStyle) -> String {
    var table = TextTable(
      [.left, .left, .right, .right, .right] + (knowsValues ? [.right, .right] : []),
      headings: ["module", "type", "nodes", "parameters", "memory"] + (knowsValues ? ["multiply-adds", "values"] : []))
    for module in modules where module.depth <= 1 {
      table.append(
        [
          module.path.isEmpty ? "the model" : module.path, module.type ?? "", "\(module.nodes)",
          grouped(module.parameters),
          ByteCount(module.parameterBytes).description,
        ] + (knowsValues ? [grouped(module.multiplyAdds), ByteCount(module.valueBytes).description] : []))
    }
    guard !stages.isEmpty else { return table.text(style) }
    var list = TextTable(
      [.left, .right, .right, .left], headings: ["stage", "channels", "stride", "shape"])
    for stage in stages { list.append([stage.name, "\(stage.channels)", "\(stage.stride)", "\(stage.shape)"]) }
    return table.text(style) + "\n\n" + list.text(style)
  }
}

/// An integer with a comma between thousands.
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}
