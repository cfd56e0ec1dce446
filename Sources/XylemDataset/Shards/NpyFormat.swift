internal import XylemErrors
internal import XylemFiles

/// A `.npy` file for each feature and shard, `KEY/00000.npy`, of shape `[rows, …]`, and the rows' labels in
/// `ids/00000.jsonl`.
///
/// The folder of a feature has nothing else, so that programs that read folders of embeddings can be pointed at it. A row
/// without features is NaN in every element; in features of integers it is zero, and only its label tells.
public struct NpyFormat: ShardFormat {
  /// Creates the format.
  public init() {}

  /// The name of the format.
  public var name: String { "npy" }

  /// Checks the types, and the keys as names.
  ///
  /// - Throws: `dataset.feature`.
  public func check(_ fields: [FeatureField]) throws {
    var seen: Set<String> = [LabelFile.folder]
    for field in fields {
      guard field.dtype.npyDescription != nil else {
        throw DatasetErrors.typeNotHeld(field.key, field.dtype, format: name)
      }
      let key = field.key
      guard !key.isEmpty, !key.hasPrefix("."), !key.contains("/"), !key.utf8.contains(0), key.utf8.count <= 255 else {
        throw DatasetErrors.keyAsName(key, taken: false)
      }
      // Some file systems do not tell upper from lower case.
      guard seen.insert(key.lowercased()).inserted else { throw DatasetErrors.keyAsName(key, taken: true) }
    }
  }

  static func fileName(_ field: FeatureField, _ shard: Shard) -> String { "\(field.key)/\(shard.name).npy" }

  static func start(_ field: FeatureField, _ shard: Shard) -> [UInt8] {
    guard let start = NpyFile.start(dtype: field.dtype, shape: [shard.rowCount] + field.shape) else {
      preconditionFailure("the types were checked")
    }
    return start
  }

  /// Begins to write a shard.
  ///
  /// - Throws: `file.unwritable`.
  public func makeWriter(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardWriter {
    try ColumnWriter(
      files: fields.map { try ShardFile(Self.fileName($0, shard), in: folder) },
      regions: fields.indices.map { index in
        .init(file: index, offset: Self.start(fields[index], shard).count)
      }, starts: fields.map { Self.start($0, shard) }, fields: fields,
      labels: try ShardFile(LabelFile.name(of: shard), in: folder))
  }

  /// Opens a shard that was written before.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`.
  public func makeReader(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardReader {
    try ColumnReader(
      paths: fields.map { folder + "/" + Self.fileName($0, shard) },
      regions: fields.indices.map { .init(file: $0, offset: Self.start(fields[$0], shard).count) }, fields: fields,
      labels: try LabelFile.read(shard, in: folder))
  }
}
