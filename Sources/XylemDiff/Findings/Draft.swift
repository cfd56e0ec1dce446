/// A finding in the making, with the nodes that it covers.
struct Draft {
  /// The finding; its expectation and remedy come last.
  var finding: Finding
  /// Positions of the nodes that it covers, on both sides.
  var trainNodes: [Int]
  var evalNodes: [Int]
  /// What follows from it.
  var consequences: [Member] = []
}
