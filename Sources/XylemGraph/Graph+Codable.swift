/// The file form of a graph: `{"schema": 1, "nodes": […], "calls": […]}`, with nodes in execution order and their ids.
///
/// A graph that is written and read back equals the original, also if nodes were removed. `nextID` is written if the
/// last ids belong to removed nodes, so that they are not reused.
extension Graph: Codable {
  /// The schema that this version reads and writes.
  package static let schema = 1

  private enum CodingKeys: String, CodingKey { case schema, nodes, calls, nextID }

  /// Decodes and validates a graph from any source.
  ///
  /// Whatever the input, this returns a valid graph or throws. Ids may exceed sixteen times the number of nodes by at
  /// most a million, which bounds the memory that a small file can request.
  ///
  /// - Throws: `graph.unreadable` if the schema or a kind is unknown, a part is missing or has the wrong type, an id is
  ///   out of range or an argument is nested too deeply; `graph.invalid` with all faults as its cause, an
  ///   ``InvalidGraph``.
  public init(from decoder: any Decoder) throws {
    let calls: [ModuleCall]
    let nodes: [Node]
    let nextID: Int
    do {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let schema = try container.decode(Int.self, forKey: .schema)
      guard schema == Graph.schema else { throw GraphFileError.schema(schema).error }
      nodes = try container.decode([Node].self, forKey: .nodes)
      calls = try container.decode([ModuleCall].self, forKey: .calls)
      nextID = try container.decodeIfPresent(Int.self, forKey: .nextID) ?? 0
    } catch {
      throw GraphFileError.wrapping(error)
    }

    let limit = (1 << 20) + 16 * nodes.count
    for id in nodes.map(\.id.rawValue) where !(0..<limit).contains(id) {
      throw GraphFileError.idRange(id, limit: limit).error
    }
    guard (0...limit).contains(nextID) else { throw GraphFileError.idRange(nextID, limit: limit + 1).error }
    var graph = Graph()
    let duplicates = graph.assemble(nodes, nextID: nextID)
    graph.calls = calls
    let faults = duplicates + graph.validate()
    guard faults.isEmpty else { throw InvalidGraph(faults: faults).error }
    self = graph
  }

  /// Encodes the graph.
  ///
  /// - Throws: `graph.invalid` if an argument is nested deeper than 128 structures.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Graph.schema, forKey: .schema)
    try container.encode(Array(nodes), forKey: .nodes)
    try container.encode(calls, forKey: .calls)
    let last = order.max()?.rawValue ?? -1
    if storage.count > last + 1 { try container.encode(storage.count, forKey: .nextID) }
  }

  /// Adds nodes of which only the range of ids is validated. Returns duplicate ids.
  private mutating func assemble(_ nodes: [Node], nextID: Int) -> [GraphFault] {
    let count = nodes.reduce(nextID) { max($0, $1.id.rawValue + 1) }
    storage = Array(repeating: nil, count: count)
    usersByID = Array(repeating: [], count: count)
    var namesByDuplicate: [NodeID: [String]] = [:]
    for node in nodes {
      if let first = storage[node.id.rawValue] {
        namesByDuplicate[node.id, default: [first.name]].append(node.name)
        continue
      }
      storage[node.id.rawValue] = node
      order.append(node.id)
      if idsByName[node.name] == nil { idsByName[node.name] = node.id }
    }
    for id in order {
      self[id].forEachInputNode { used in
        if contains(used) { usersByID[used.rawValue].append(id) }
      }
    }
    return namesByDuplicate.sorted { $0.key < $1.key }.map { id, names in
      GraphFault(.node(id, name: names[0]), .duplicateID(names: names))
    }
  }
}
