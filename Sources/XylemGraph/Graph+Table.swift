extension Graph {
  /// Columns of ``Graph/table(columns:inputWidth:)``.
  public struct TableColumns: OptionSet, Hashable, Sendable {
    /// One bit for each column.
    public let rawValue: Int

    /// Creates a set of columns from bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The node's name.
    public static let name = TableColumns(rawValue: 1 << 0)
    /// The node's operation and its target.
    public static let operation = TableColumns(rawValue: 1 << 1)
    /// The node's inputs.
    public static let inputs = TableColumns(rawValue: 1 << 2)
    /// The type of its value.
    public static let type = TableColumns(rawValue: 1 << 3)
    /// The rule that made it opaque.
    public static let rule = TableColumns(rawValue: 1 << 4)
    /// The line of the model's own source.
    public static let source = TableColumns(rawValue: 1 << 5)
    /// Every column.
    public static let all: TableColumns = [.name, .operation, .inputs, .type, .rule, .source]
  }

  /// The graph as a table: a line of headings, then a line for each node in execution order.
  ///
  /// Columns are aligned for a terminal. Inputs are separated by commas and written as in
  /// ``NodeInput/description(naming:)``; if they take more than `inputWidth` columns, their middle is replaced by `…`.
  /// Nothing else is shortened. Characters that would break a line are escaped. The same graph gives the same output,
  /// without a trailing line break.
  ///
  ///     print(graph.table(columns: [.name, .operation, .inputs]))
  ///     // name    operation            inputs
  ///     // x       placeholder x
  ///     // relu    operator aten::relu  x
  ///     // output  output               relu
  public func table(columns: TableColumns = .all, inputWidth: Int = 48) -> String {
    let rows = tableRows(columns: columns, inputWidth: inputWidth).map { $0.map(printable) }
    let widths = rows[0].indices.map { column in rows.reduce(0) { max($0, displayWidth($1[column])) } }
    return rows.map { Self.line($0, widths: widths) }.joined(separator: "\n")
  }

  /// The cells of ``table(columns:inputWidth:)``, the headings first. Nothing is escaped.
  package func tableRows(columns: TableColumns = .all, inputWidth: Int = 48) -> [[String]] {
    [columns.shown.map(\.title)]
      + nodes.map { node in columns.shown.map { cell($0.column, of: node, inputWidth: inputWidth) } }
  }

  private func cell(_ column: TableColumns, of node: Node, inputWidth: Int) -> String {
    switch column {
    case .name: return node.name
    case .operation: return node.operation.summary
    case .inputs:
      let inputs = node.inputs.map { $0.description(naming: displayName) }.joined(separator: ", ")
      return truncatedInTheMiddle(printable(inputs), toWidth: inputWidth)
    case .type: return node.type
    case .rule: return node.rule ?? ""
    case .source: return node.location?.description ?? ""
    default: return ""
    }
  }

  private static func line(_ cells: [String], widths: [Int]) -> String {
    var line = ""
    var pending = 0
    for (cell, width) in zip(cells, widths) {
      let taken = displayWidth(cell)
      if taken > 0 {
        line += String(repeating: " ", count: pending) + cell
        pending = 0
      }
      pending += width - taken + 2
    }
    return line
  }

  /// A node's name, or its id if the graph doesn't have it.
  func displayName(of id: NodeID) -> String { contains(id) ? self[id].name : id.description }
}

extension Graph.TableColumns {
  /// The chosen columns with their headings, from left to right.
  fileprivate var shown: [(column: Graph.TableColumns, title: String)] {
    let all: [(column: Graph.TableColumns, title: String)] = [
      (.name, "name"), (.operation, "operation"), (.inputs, "inputs"), (.type, "type"), (.rule, "rule"),
      (.source, "source"),
    ]
    return all.filter { contains($0.column) }
  }
}
