public import XylemFiles

/// A feature as a run stores it.
public struct FeatureField: Sendable, Hashable, Codable {
  /// The key, which files use as a name.
  public var key: String
  /// The node or module whose value it is.
  public var node: String
  /// The type of the elements.
  public var dtype: DType
  /// The shape of one row, without the number of images; `[]` for one number.
  public var shape: [Int]
  /// How the model's value is reduced.
  public var reduction: Reduction

  /// Creates a field.
  public init(key: String, node: String, dtype: DType, shape: [Int], reduction: Reduction = .none) {
    (self.key, self.node, self.dtype, self.shape, self.reduction) = (key, node, dtype, shape, reduction)
  }

  /// The size of one row in bytes.
  public var rowByteCount: Int { shape.reduce(dtype.byteCount, *) }

  private enum CodingKeys: String, CodingKey { case key, node, dtype, shape, reduction }

  /// Reads a field.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let name = try values.decode(String.self, forKey: .dtype)
    guard let dtype = DType(rawValue: name) else {
      throw DecodingError.dataCorruptedError(forKey: .dtype, in: values, debugDescription: "unknown type \(name)")
    }
    self.init(
      key: try values.decode(String.self, forKey: .key), node: try values.decode(String.self, forKey: .node),
      dtype: dtype,
      shape: try values.decode([Int].self, forKey: .shape),
      reduction: try values.decode(Reduction.self, forKey: .reduction))
    guard HostArray.byteCount(of: dtype, shape: shape) != nil else {
      throw DecodingError.dataCorruptedError(forKey: .shape, in: values, debugDescription: "impossible shape \(shape)")
    }
  }

  /// Writes the field.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(key, forKey: .key)
    try values.encode(node, forKey: .node)
    try values.encode(dtype.rawValue, forKey: .dtype)
    try values.encode(shape, forKey: .shape)
    try values.encode(reduction, forKey: .reduction)
  }
}

/// Why an input has no features.
public struct RowFailure: Sendable, Hashable {
  /// The error's identifier, as in `image.undecodable`.
  public let id: String
  /// The error's sentence.
  public let message: String

  /// Creates a failure.
  public init(id: String, message: String) { (self.id, self.message) = (id, message) }
}

/// What a row has besides features.
public struct RowLabel: Sendable, Hashable {
  /// The identifier of the input.
  public var id: String
  /// Why there are no features. Nil if there are.
  public var failure: RowFailure?
  /// The SHA-256 of the input's bytes, in hexadecimal. Nil if it was not asked for, or if the input could not be read.
  public var sha256: String?

  /// Creates a label.
  public init(id: String, failure: RowFailure? = nil, sha256: String? = nil) {
    (self.id, self.failure, self.sha256) = (id, failure, sha256)
  }
}

/// Some rows of a shard, one after another.
public struct FeatureRows: Sendable {
  /// A label for each row.
  public var labels: [RowLabel]
  /// For each feature, the elements of all rows. Those of a row with a failure mean nothing.
  public var columns: [[UInt8]]

  /// Creates rows.
  public init(labels: [RowLabel], columns: [[UInt8]]) { (self.labels, self.columns) = (labels, columns) }

  /// Adds rows of the same features.
  mutating func append(_ rows: FeatureRows) {
    labels += rows.labels
    for index in columns.indices { columns[index] += rows.columns[index] }
  }

  /// One row.
  func row(_ index: Int, of fields: [FeatureField]) -> FeatureRows {
    FeatureRows(
      labels: [labels[index]],
      columns: zip(columns, fields).map { column, field in
        Array(column[index * field.rowByteCount..<(index + 1) * field.rowByteCount])
      })
  }
}
