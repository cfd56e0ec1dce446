internal import XylemErrors
internal import XylemFiles

/// A safetensors file for each shard, `00000.safetensors`, with a tensor of shape `[rows, …]` for each feature, and the
/// rows' labels in `ids/00000.jsonl`.
///
/// A row without features is NaN in every element; in features of integers it is zero, and only its label tells.
public struct SafetensorsFormat: ShardFormat {
  /// Creates the format.
  public init() {}

  /// The name of the format.
  public var name: String { "safetensors" }

  /// Checks the types, and the keys as names.
  ///
  /// - Throws: `dataset.feature`.
  public func check(_ fields: [FeatureField]) throws {
    for field in fields where field.dtype.safetensorsName == nil {
      throw DatasetErrors.typeNotHeld(field.key, field.dtype, format: name)
    }
    _ = try layout(Shard(index: 0, name: "", inputs: 0..<1, hasDigests: false), fields, path: "")
  }

  private func layout(_ shard: Shard, _ fields: [FeatureField], path: String) throws(XylemError) -> SafetensorsLayout {
    try SafetensorsLayout(
      fields.map { .init(name: $0.key, dtype: $0.dtype, shape: [shard.rowCount] + $0.shape) }, path: path)
  }

  private static func fileName(_ shard: Shard) -> String { shard.name + ".safetensors" }

  /// Begins to write a shard.
  ///
  /// - Throws: `file.unwritable`.
  public func makeWriter(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardWriter {
    let layout = try layout(shard, fields, path: folder + "/" + Self.fileName(shard))
    return try ColumnWriter(
      files: [ShardFile(Self.fileName(shard), in: folder)],
      regions: layout.offsets.map { .init(file: 0, offset: $0) }, starts: [layout.start], fields: fields,
      labels: try ShardFile(LabelFile.name(of: shard), in: folder))
  }

  /// Opens a shard that was written before.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`.
  public func makeReader(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardReader {
    let path = folder + "/" + Self.fileName(shard)
    let layout = try layout(shard, fields, path: path)
    return try ColumnReader(
      paths: [path], regions: layout.offsets.map { .init(file: 0, offset: $0) }, fields: fields,
      labels: try LabelFile.read(shard, in: folder))
  }
}
