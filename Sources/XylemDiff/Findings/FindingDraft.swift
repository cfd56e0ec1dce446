/// A finding under construction, with the nodes that it covers.
struct FindingDraft {
  /// The finding. Its expectation and remedy are set last.
  var finding: Finding
  /// Positions of the nodes that it covers, on both sides.
  var trainNodes: [Int]
  var evalNodes: [Int]
  /// The consequences.
  var consequences: [Finding.Member] = []
  /// The layer of a known kind that the whole finding is about, if the layer was traced through.
  var layer: Layer?

  /// A layer of a known kind, with its path and type.
  struct Layer {
    var path: String
    var behaviour: ModeBehaviour
    var type: String
    /// What it does in one mode only. Nil if that is unknown.
    var difference: ModeDifference?
  }
}
