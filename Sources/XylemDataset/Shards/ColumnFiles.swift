internal import XylemErrors
internal import XylemFiles

/// Where the rows of a feature begin.
struct ColumnRegion {
  /// The position of the file among those of the shard.
  let file: Int
  let offset: Int
}

/// Writes features whose rows lie one after another, each at a place that is known from the start.
final class ColumnWriter: ShardWriter {
  private let files: [ShardFile]
  private let regions: [ColumnRegion]
  private let fields: [FeatureField]
  private let labels: ShardFile
  private var count = 0

  /// Creates a writer of new files.
  ///
  /// - Parameter starts: what is at the start of each file.
  /// - Throws: `file.unwritable`.
  init(
    files: [ShardFile], regions: [ColumnRegion], starts: [[UInt8]], fields: [FeatureField], labels: ShardFile
  ) throws {
    (self.files, self.regions, self.fields, self.labels) = (files, regions, fields, labels)
    for (file, start) in zip(files, starts) { try file.write(start, at: 0) }
  }

  func append(_ rows: FeatureRows) throws {
    for (index, column) in RowFill.columns(of: rows, fields).enumerated() {
      let region = regions[index]
      try files[region.file].write(column, at: region.offset + count * fields[index].rowByteCount)
    }
    try labels.append(LabelFile.lines(of: rows.labels))
    count += rows.labels.count
  }

  func finish() throws -> [ShardFile] { files + [labels] }
}

/// Reads what ``ColumnWriter`` wrote.
final class ColumnReader: ShardReader {
  let labels: [RowLabel]
  private let files: [InputFileBox]
  private let regions: [ColumnRegion]
  private let fields: [FeatureField]

  /// Opens the files.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`.
  init(paths: [String], regions: [ColumnRegion], fields: [FeatureField], labels: [RowLabel]) throws {
    files = try paths.map { InputFileBox(try InputFile($0, regularOnly: true)) }
    (self.regions, self.fields, self.labels) = (regions, fields, labels)
  }

  func rows(_ range: Range<Int>) throws -> FeatureRows {
    let columns = try zip(regions, fields).map { region, field in
      try files[region.file].file.read(
        range.count * field.rowByteCount, at: region.offset + range.lowerBound * field.rowByteCount, "the rows")
    }
    return FeatureRows(labels: Array(labels[range]), columns: columns)
  }
}
