internal import XylemGraph

/// Columns of text for people, aligned for a terminal.
struct TextTable {
  /// On which side of a column its cells stand.
  enum Alignment { case left, right }

  private let columns: [Alignment]
  private var rows: [[String]] = []

  /// A table with a line of headings, or without one.
  init(_ columns: [Alignment], headings: [String]? = nil) {
    self.columns = columns
    if let headings { append(headings) }
  }

  /// Adds a row; characters that would break a line are escaped.
  mutating func append(_ cells: [String]) { rows.append(cells.map(printable)) }

  /// The table without a line break at its end, and without spaces at the ends of lines.
  var text: String {
    let widths = columns.indices.map { column in rows.reduce(0) { max($0, displayWidth($1[column])) } }
    return rows.map { line($0, widths) }.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: widths[index] - displayWidth(cell))
      line += (index > 0 ? "  " : "") + (columns[index] == .left ? cell + padding : padding + cell)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
