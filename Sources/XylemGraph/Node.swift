/// One step of a traced model.
public struct Node: Hashable, Sendable {
  /// The node's identity in its graph.
  public let id: NodeID
  /// The name that people request it by, unique in its graph: `layer4.1.relu_1`.
  public var name: String
  /// What it does.
  public var operation: Operation
  /// What it is given.
  public var inputs: [Argument]
  /// The path of the module whose code it comes from; for a leaf module its own path.
  public var modulePath: String
  /// What else it does; nil where that is not known yet, which means: anything.
  public var effects: Effects?
  /// The type of its value as the runtime writes it: `Tensor`, `int`, `List[Tensor]`.
  public var type: String {
    didSet { valueType = TypeExpression(parsing: type) }
  }
  /// What ``type`` says.
  public private(set) var valueType: TypeExpression
  /// Where it comes from in the model's own source.
  public var location: SourceLocation?
  /// The rule that made it opaque, for leaves and regions.
  public var rule: String?
  /// Whether lists of names show it. Under torchvision's naming, steps on which torch.fx makes no node are hidden.
  public var isListed: Bool

  /// A node as the graph makes it; use ``Graph/append(_:name:inputs:modulePath:effects:type:location:rule:isListed:)``.
  package init(
    id: NodeID, name: String, operation: Operation, inputs: [Argument], modulePath: String, effects: Effects?,
    type: String, location: SourceLocation?, rule: String?, isListed: Bool
  ) {
    self.id = id
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.modulePath = modulePath
    self.effects = effects
    self.type = type
    valueType = TypeExpression(parsing: type)
    self.location = location
    self.rule = rule
    self.isListed = isListed
  }

  /// Calls `body` with every node that this one reads, in order, as often as it occurs.
  public func forEachInputNode(_ body: (NodeID) throws -> Void) rethrows {
    for input in inputs { try input.forEachNode(body) }
  }
}

extension Node {
  /// Every node that this one reads.
  var inputNodes: Set<NodeID> {
    var ids: Set<NodeID> = []
    forEachInputNode { ids.insert($0) }
    return ids
  }
}

extension Node {
  /// Whether the node computes a value: reading an attribute, writing one and checking an assumption do not.
  package var isValue: Bool {
    switch operation {
    case .attribute, .setAttribute, .guard, .output: false
    case .placeholder, .operator, .getItem, .getField, .leafFunction, .leafModule, .region: true
    }
  }

  /// Whether the node computes a value that is a tensor or may hold one, and not a size or a setting.
  package var isFeature: Bool {
    isValue && valueType.mayHoldTensor
  }
}

/// A line of the model's own source.
public struct SourceLocation: Hashable, Sendable, Codable {
  /// The file as the model's author had it.
  public var file: String
  /// The line, from 1.
  public var line: Int

  /// A line of a file.
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line`; a file of an installed Python package by its path inside the packages' folder: `timm/layers/padding.py:28`.
  public var description: String { "\(shortFile):\(line)" }

  /// The file without the folder that Python packages are installed in.
  private var shortFile: Substring {
    for folder in ["/site-packages/", "/dist-packages/"] {
      if let end = file.ranges(of: folder).last?.upperBound { return file[end...] }
    }
    return file[...]
  }
}
