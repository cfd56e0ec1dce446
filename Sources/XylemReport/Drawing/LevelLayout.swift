/// The layout of one level of a drawing: its items in ranks, top to bottom, and the way of each edge through the ranks.
///
/// Only the ranks, the order within them and the preferred centres are kept. The page computes the rest, since boxes
/// grow when they are unfolded. Where an edge passes a rank it has a place there, an item of its own.
struct LevelLayout {
  /// An item's place in its rank.
  struct Place: Equatable {
    let item: Int
    /// The preferred centre, in pixels.
    let x: Int
  }

  /// A connection between two items of the level.
  struct Connection: Hashable {
    let from: Int
    let to: Int
  }

  private(set) var ranks: [[Place]] = []
  /// The items on the way of each connection, its ends included.
  private(set) var chains: [Connection: [Int]] = [:]

  /// Pixels per inch.
  private static let resolution = 72.0

  /// The level in Graphviz's language. It has numbers only, no strings of the model.
  ///
  /// - Parameters:
  ///   - widths: the width of each item in pixels.
  ///   - height: the height of all items in pixels.
  ///   - first: items in the first rank.
  ///   - last: items in the last rank.
  ///   - connections: without those of an item with itself.
  static func graph(
    widths: [Int], height: Int, first: Range<Int>, last: Range<Int>, connections: [Connection]
  ) -> String {
    // The limits bound the time for levels with many crossing edges.
    var text = """
      digraph {
      graph [nodesep=0.2, ranksep=0.4, nslimit=20, nslimit1=20, mclimit=0.5]
      node [shape=box, fixedsize=true, label="", height=\(Double(height) / resolution)]
      edge [arrowhead=none]

      """
    for (item, width) in widths.enumerated() { text += "n\(item) [width=\(Double(width) / resolution)]\n" }
    for (rank, items) in [("source", first), ("sink", last)] where !items.isEmpty {
      text += "{ rank=\(rank); \(items.map { "n\($0)" }.joined(separator: "; ")) }\n"
    }
    for connection in connections { text += "n\(connection.from) -> n\(connection.to)\n" }
    return text + "}\n"
  }

  /// Reads a layout in Graphviz's `plain` format.
  init(plain: String, items: Int) throws(Graphviz.Failure) {
    var centres: [(x: Double, y: Double)?] = Array(repeating: nil, count: items)
    var routes: [(connection: Connection, points: [(x: Double, y: Double)])] = []
    for line in plain.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.first == "node", words.count > 3, let item = Self.item(words[1], items), let x = Double(words[2]),
        let y = Double(words[3])
      {
        centres[item] = (x, y)
      } else if words.first == "edge", words.count > 3, let from = Self.item(words[1], items),
        let to = Self.item(words[2], items), let count = Int(words[3]), count > 0, words.count >= 4 + 2 * count
      {
        let numbers = words[4..<(4 + 2 * count)].compactMap { Double($0) }
        guard numbers.count == 2 * count else { throw Self.unreadable }
        let points = stride(from: 0, to: numbers.count, by: 2).map { (x: numbers[$0], y: numbers[$0 + 1]) }
        routes.append((Connection(from: from, to: to), points))
      }
    }
    let places = centres.compactMap { $0 }
    guard places.count == items else { throw Self.unreadable }
    let heights = Set(places.map { Self.rounded($0.y) }).sorted(by: >)
    let rankByHeight = Dictionary(uniqueKeysWithValues: heights.enumerated().map { ($1, $0) })
    let rank = places.map { rankByHeight[Self.rounded($0.y)] ?? 0 }
    ranks = Array(repeating: [], count: heights.count)
    for item in 0..<items { ranks[rank[item]].append(Place(item: item, x: Self.pixels(places[item].x))) }
    var next = items
    for (connection, points) in routes {
      let (start, end) = (rank[connection.from], rank[connection.to])
      let passed = start < end ? Array((start..<end).dropFirst()) : Array((end..<start).dropFirst().reversed())
      var chain = [connection.from]
      for between in passed {
        ranks[between].append(
          Place(item: next, x: Self.pixels(Self.crossing(points, at: Double(heights[between]) / 1000))))
        chain.append(next)
        next += 1
      }
      chains[connection] = chain + [connection.to]
    }
    for index in ranks.indices { ranks[index].sort { ($0.x, $0.item) < ($1.x, $1.item) } }
  }

  private static let unreadable = Graphviz.Failure(description: "Graphviz's layout can't be read")

  private static func item(_ word: Substring, _ items: Int) -> Int? {
    guard word.first == "n", let item = Int(word.dropFirst()), item >= 0, item < items else { return nil }
    return item
  }

  private static func rounded(_ inches: Double) -> Int { Int((inches * 1000).rounded()) }

  private static func pixels(_ inches: Double) -> Int { Int((inches * resolution).rounded()) }

  /// Where a route of cubic curves crosses a height.
  private static func crossing(_ points: [(x: Double, y: Double)], at height: Double) -> Double {
    for start in stride(from: 0, to: points.count - 3, by: 3) {
      let curve = points[start...(start + 3)]
      let (first, last) = (curve[start].y, curve[start + 3].y)
      guard (first - height) * (last - height) <= 0 else { continue }
      var (low, high) = (0.0, 1.0)
      for _ in 0..<24 {
        let middle = (low + high) / 2
        let isBefore = (value(curve.map(\.y), middle) - height) * (first - height) > 0
        if isBefore { low = middle } else { high = middle }
      }
      return value(curve.map(\.x), low)
    }
    return points.min { abs($0.y - height) < abs($1.y - height) }?.x ?? 0
  }

  /// The value of a cubic curve with four control values.
  private static func value(_ p: [Double], _ t: Double) -> Double {
    let s = 1 - t
    return s * s * s * p[0] + 3 * s * s * t * p[1] + 3 * s * t * t * p[2] + t * t * t * p[3]
  }
}
