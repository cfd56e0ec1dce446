internal import XylemErrors
internal import XylemFiles

/// What decides the bytes of a run, in `run.json`. A run is resumed only with the same.
public struct RunRecord: Codable, Sendable, Hashable {
  /// The inputs.
  public struct Inputs: Codable, Sendable, Hashable {
    /// The number of inputs.
    public var count: Int
    /// See ``InputSource/digest``.
    public var digest: String
  }

  /// The model.
  public struct Model: Codable, Sendable, Hashable {
    /// The name or path, as it was given when the run began. It may differ when a run is resumed.
    public var name: String
    /// The SHA-256 of what is computed: the traced graph, and the requested nodes.
    public var plan: String
    /// The SHA-256 of the tensors that the features need.
    public var weights: String
  }

  /// What computes.
  public struct Computation: Codable, Sendable, Hashable {
    /// Whether libtorch casts to bfloat16.
    public var autocast: Bool
    /// The number of images of a batch.
    public var batchSize: Int
    /// As in `cpu`.
    public var device: String
    /// As in `auto`.
    public var engine: String
    /// The first instruction, and the one after the last, of each part that an engine computes.
    public var engineParts: [[Int]]
    /// Whether an engine computes in bfloat16.
    public var reducedPrecision: Bool
    /// The number of threads of an operator.
    public var threads: Int
  }

  /// The files.
  public struct Output: Codable, Sendable, Hashable {
    /// As in `npy`.
    public var format: String
    /// The number of rows of each shard but the last.
    public var rows: Int
    /// Whether rows have the SHA-256 of their inputs.
    public var sha256: Bool
    /// The type that features of floating-point numbers are stored in. Nil for the model's own.
    public var dtype: String?
  }

  static let name = "run.json"
  static let schema = 1

  var schema = Self.schema
  /// The version of Xylem.
  public var version: String
  /// The inputs.
  public var inputs: Inputs
  /// How inputs are prepared; see ``InputPreparation/description``.
  public var preparation: String
  /// The model.
  public var model: Model
  /// What computes.
  public var computation: Computation
  /// The files.
  public var output: Output
  /// The features, in order.
  public var features: [FeatureField]

  /// Reads the record of a run's folder. Nil if there is none.
  ///
  /// - Throws: `file.unreadable`, `dataset.damaged`.
  public init?(in folder: String) throws {
    let path = folder + "/" + Self.name
    guard Folder.size(ofFile: path) != nil else { return nil }
    let bytes = try WholeFile.bytes(of: path, upTo: 1 << 26) ?? []
    do { self = try BoundedJSON.decode(Self.self, from: bytes) } catch {
      throw DatasetErrors.damaged(path, "it is not the record of a run")
    }
    guard schema == Self.schema else {
      throw DatasetErrors.damaged(path, "it has the schema \(schema), and this version reads \(Self.schema)")
    }
  }

  init(
    inputs: Inputs, preparation: String, model: Model, computation: Computation, output: Output,
    features: [FeatureField], version: String
  ) {
    (self.inputs, self.preparation, self.model) = (inputs, preparation, model)
    (self.computation, self.output, self.features, self.version) = (computation, output, features, version)
  }

  /// Writes the record.
  ///
  /// - Throws: `file.unwritable`.
  func write(to folder: String) throws {
    try AtomicFile.write(try JSONText.sorted(self) + "\n", to: folder + "/" + Self.name)
  }

  /// What differs between this record and what is wanted now, in words. The features' types and shapes, and the
  /// engine's parts, follow from the rest.
  func differences(from wanted: RunRecord) -> [String] {
    func text(_ rows: [FeatureField]) -> String {
      rows.map { $0.key + ($0.reduction == .none ? "" : " by \($0.reduction.rawValue)") }.joined(separator: ", ")
    }
    func short(_ digest: String) -> String { String(digest.prefix(12)) }
    let parts: [(name: String, own: String, wanted: String)] = [
      ("the version of Xylem", version, wanted.version),
      ("the number of inputs", "\(inputs.count)", "\(wanted.inputs.count)"),
      ("the list of inputs", short(inputs.digest), short(wanted.inputs.digest)),
      ("the preparation of images", preparation, wanted.preparation),
      ("the features", text(features), text(wanted.features)),
      ("the model's graph", short(model.plan), short(wanted.model.plan)),
      ("the model's weights", short(model.weights), short(wanted.model.weights)),
      ("the batch size", "\(computation.batchSize)", "\(wanted.computation.batchSize)"),
      ("the engine", computation.engine, wanted.computation.engine),
      ("the device", computation.device, wanted.computation.device),
      ("the precision", computation.precision, wanted.computation.precision),
      ("the number of threads", "\(computation.threads)", "\(wanted.computation.threads)"),
      ("the format", output.format, wanted.output.format),
      ("the rows of a shard", "\(output.rows)", "\(wanted.output.rows)"),
      ("the stored type", output.dtype ?? "the model's", wanted.output.dtype ?? "the model's"),
      ("the checksums of inputs", output.sha256 ? "there" : "not there", wanted.output.sha256 ? "there" : "not there"),
    ]
    return parts.filter { $0.own != $0.wanted }.map { "\($0.name): \($0.own), not \($0.wanted)" }
  }
}

extension RunRecord.Computation {
  fileprivate var precision: String { autocast || reducedPrecision ? "bf16" : "f32" }
}
