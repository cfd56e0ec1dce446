/// A finding in the making, with the nodes that it covers.
struct Draft {
  /// The finding; its expectation and remedy come last.
  var finding: Finding
  /// Positions of the nodes that it covers, on both sides.
  var trainNodes: [Int]
  var evalNodes: [Int]
  /// What follows from it.
  var consequences: [Finding.Member] = []
  /// The layer of a known kind that it is about as a whole, where it was traced through.
  var layer: Layer?

  /// A layer of a known kind, where it is and what it is.
  struct Layer {
    var path: String
    var behaviour: ModeBehaviour
    var type: String
    /// What it does in one mode only; nil where that is not known.
    var difference: ModeDifference?
  }
}
