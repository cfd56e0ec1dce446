internal import XylemGraph

/// Columns of text for people, aligned for a terminal.
struct TextTable {
  /// The alignment of a column's cells.
  enum Alignment { case left, right }

  /// The widths to which columns are shortened, before others are left out and at least.
  private static let (narrow, narrowest) = (12, 8)

  private let columns: [Alignment]
  /// Columns that are shortened after all others.
  private let kept: Set<Int>
  /// Columns that are left out if there is no room for all, the first one first.
  private let dispensable: [Int]
  private let headings: [String]?
  private var rows: [(cells: [String], paint: Paint?)] = []

  /// Creates a table, with or without a line of headings.
  ///
  /// - Parameters:
  ///   - kept: columns that are shortened last, such as names to copy.
  ///   - dispensable: columns that are left out if there is no room for all, the first one first.
  init(
    _ columns: [Alignment], headings: [String]? = nil, keeping kept: Set<Int> = [0], dispensable: [Int] = []
  ) {
    self.columns = columns
    self.headings = headings
    self.kept = kept
    self.dispensable = dispensable
  }

  /// Adds a row. Characters that would break a line are escaped.
  mutating func append(_ cells: [String], _ paint: Paint? = nil) { rows.append((cells.map(printable), paint)) }

  /// The table, without trailing spaces and without a trailing line break. Nothing is shortened.
  var text: String { text(.plain) }

  /// The table in a style. To fit the width, left-aligned columns are shortened to `…` in the middle, and some columns
  /// are left out. Numbers are never shortened.
  func text(_ style: OutputStyle) -> String {
    let all = (headings.map { [($0, Optional(Paint.heading))] } ?? []) + rows.map { ($0.cells, $0.paint) }
    var widths = columns.indices.map { column in all.reduce(0) { max($0, displayWidth($1.0[column])) } }
    var shown = Array(columns.indices)
    if let limit = style.columns { fit(&widths, &shown, to: limit) }
    return all.map { cells, paint in
      let line = line(cells, widths, shown)
      return paint.map { style.paint(line, $0) } ?? line
    }.joined(separator: "\n")
  }

  /// Leaves out columns and narrows the widest ones until a line fits, or until nothing can be shortened.
  private func fit(_ widths: inout [Int], _ shown: inout [Int], to limit: Int) {
    func width(_ ofColumn: (Int) -> Int) -> Int { shown.reduce(2 * (shown.count - 1)) { $0 + ofColumn($1) } }
    func isFixed(_ column: Int) -> Bool { columns[column] == .right || kept.contains(column) }
    for column in dispensable where width({ isFixed($0) ? widths[$0] : min(widths[$0], Self.narrow) }) > limit {
      shown.removeAll { $0 == column }
    }
    var excess = width { widths[$0] } - limit
    let texts = shown.filter { columns[$0] == .left }
    let others = texts.filter { !kept.contains($0) }
    for (shrinking, least) in [(others, Self.narrow), (others, Self.narrowest), (texts, Self.narrowest)] {
      while excess > 0, let widest = shrinking.max(by: { widths[$0] < widths[$1] }), widths[widest] > least {
        widths[widest] -= 1
        excess -= 1
      }
    }
  }

  private func line(_ cells: [String], _ widths: [Int], _ shown: [Int]) -> String {
    var line = ""
    for index in shown {
      let isLeft = columns[index] == .left
      let cell = isLeft ? truncatedInTheMiddle(cells[index], toWidth: widths[index]) : cells[index]
      let padding = String(repeating: " ", count: max(0, widths[index] - displayWidth(cell)))
      line += (line.isEmpty && index == shown[0] ? "" : "  ") + (isLeft ? cell + padding : padding + cell)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
