/// How far a run is.
public struct RunProgress: Sendable {
  /// How long the stages of this process's pipeline have waited, as parts of the time since it began.
  public struct Waiting: Sendable, Hashable {
    /// The part of the time that decoding threads had nothing to do, since enough images were decoded.
    public var decoding: Double
    /// The part of the time that the model waited for decoded images.
    public var model: Double
    /// The part of the time that the model waited for files to be written.
    public var writing: Double
  }

  /// The number of inputs.
  public var count: Int
  /// The number of rows that are complete, or on their way to a file: those of earlier processes, and of this one.
  public var rows: Int
  /// The number of rows without features.
  public var failed: Int
  /// The number of rows that this process has computed.
  public var computed: Int
  /// The time since this process's pipeline began.
  public var elapsed: Duration
  /// What waits for what.
  public var waiting: Waiting

  /// The number of inputs that this process computes in a second.
  public var rate: Double { computed == 0 ? 0 : Double(computed) / max(elapsed.seconds, 1e-9) }

  /// The time that is left, if this process computes the rest alone at its rate. Nil before there is one.
  public var remaining: Duration? { rate > 0 ? .seconds(Double(max(count - rows, 0)) / rate) : nil }
}

/// The result of a run.
public struct RunSummary: Sendable {
  /// The folder.
  public var folder: String
  /// What decided the bytes.
  public var record: RunRecord
  /// The number of shards.
  public var shards: Int
  /// The progress at the end.
  public var progress: RunProgress
  /// The numbers of failures by the error's identifier, of the rows that this process computed.
  public var failures: [String: Int]
  /// The first failure that this process met, with its input.
  public var firstFailure: (input: String, failure: RowFailure)?
  /// The numbers of images that lost something when they were decoded, of those that this process decoded, with an
  /// example.
  public var losses: [(loss: ImageLoss, count: Int, example: String)]
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
