/// One step of a traced model.
public struct Node: Hashable, Sendable {
  /// The node's identity in its graph.
  public let id: NodeID
  /// The name that it is requested by, unique in its graph: `layer4.1.relu_1`.
  public var name: String
  /// The operation.
  public var operation: Operation
  /// The inputs.
  public var inputs: [NodeInput]
  /// The path of the module whose code it comes from. For a leaf module, its own path.
  public var modulePath: String
  /// The effects. Nil if they are not known yet, which means: any effect.
  public var effects: Effects?
  /// The type of its value as the runtime writes it: `Tensor`, `int`, `List[Tensor]`.
  public var type: String {
    didSet { valueType = TypeExpression(parsing: type) }
  }
  /// The parsed form of ``type``.
  public private(set) var valueType: TypeExpression
  /// The position in the model's own source.
  public var location: SourceLocation?
  /// The rule that made it opaque, for leaves and regions.
  public var rule: String?
  /// Whether name lists show it. With torchvision's naming, operations for which torch.fx creates no node are hidden.
  public var isListed: Bool

  /// Creates a node for a graph. Use ``Graph/append(_:name:inputs:modulePath:effects:type:location:rule:isListed:)``.
  package init(
    id: NodeID, name: String, operation: Operation, inputs: [NodeInput], modulePath: String, effects: Effects?,
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
  /// All nodes that this one reads.
  var inputNodes: Set<NodeID> {
    var ids: Set<NodeID> = []
    forEachInputNode { ids.insert($0) }
    return ids
  }
}

extension Node {
  /// Whether the node computes a value. Reading or writing an attribute and checking an assumption do not.
  package var isValue: Bool {
    switch operation {
    case .attribute, .setAttribute, .guard, .output: false
    case .placeholder, .operator, .getItem, .getField, .leafFunction, .leafModule, .region: true
    }
  }

  /// Whether the node computes a value that is a tensor or may contain one, and not a size or a setting.
  package var isFeature: Bool {
    isValue && valueType.mayHoldTensor
  }
}

/// A line of the model's own source.
public struct SourceLocation: Hashable, Sendable, Codable {
  /// The author's file.
  public var file: String
  /// The line, from 1.
  public var line: Int

  /// Creates a line of a file.
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line`. A file of an installed Python package has its path inside the packages' folder:
  /// `timm/layers/padding.py:28`.
  public var description: String { "\(shortFile):\(line)" }

  /// The file without the folder that Python packages are installed in.
  private var shortFile: Substring {
    for folder in ["/site-packages/", "/dist-packages/"] {
      if let end = file.ranges(of: folder).last?.upperBound { return file[end...] }
    }
    return file[...]
  }
}
