internal import XylemErrors
internal import XylemFiles

/// A part of a run: its place and its size.
public struct Shard: Sendable, Hashable {
  /// The position among the shards, from 0.
  public let index: Int
  /// The index with leading zeros, as in `00012`: the name of its files.
  public let name: String
  /// The inputs whose rows it has, by their positions in the source.
  public let inputs: Range<Int>
  /// Whether rows have the SHA-256 of their inputs.
  public let hasDigests: Bool

  /// The number of rows.
  public var rowCount: Int { inputs.count }
}

/// A form of files for features: what a run writes into.
///
/// A shard may have several files, each in a folder of the run or in a folder of that. What is written must depend on the
/// rows alone, and not on how they were grouped when they were appended.
public protocol ShardFormat: Sendable {
  /// The name, as in `npy`.
  var name: String { get }

  /// Checks that files can hold the features.
  ///
  /// - Throws: `dataset.feature`.
  func check(_ fields: [FeatureField]) throws

  /// Begins to write a shard.
  ///
  /// - Parameter folder: the folder of the run, which exists.
  /// - Throws: `file.unwritable`.
  func makeWriter(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardWriter

  /// Opens a shard that was written before.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`.
  func makeReader(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardReader
}

/// Writes the rows of one shard, in order.
public protocol ShardWriter: AnyObject {
  /// Adds rows.
  ///
  /// - Throws: `file.unwritable`.
  func append(_ rows: FeatureRows) throws

  /// Ends the shard, once all rows were added.
  ///
  /// - Returns: its files, complete but not yet in their places.
  /// - Throws: `file.unwritable`.
  func finish() throws -> [ShardFile]
}

/// Reads rows of one shard.
public protocol ShardReader: AnyObject {
  /// The labels of all rows.
  var labels: [RowLabel] { get }

  /// Some rows.
  ///
  /// - Throws: `file.unreadable`, `file.malformed`.
  func rows(_ range: Range<Int>) throws -> FeatureRows
}

/// A file of a shard while it is written: it has another name until the whole shard is complete.
public final class ShardFile {
  /// The name, relative to the run's folder: `layer4/00000.npy`.
  public let name: String
  private let file: PendingFile
  private var position = 0

  /// Creates an empty file. Its folder is created if it is missing.
  ///
  /// - Parameter folder: the run's folder, which exists.
  /// - Throws: `file.unwritable`.
  public init(_ name: String, in folder: String) throws {
    if let slash = name.lastIndex(of: "/") { try Folder.make(folder + "/" + name[..<slash]) }
    self.name = name
    file = try PendingFile(folder + "/" + name)
  }

  /// Writes bytes at a position.
  ///
  /// - Throws: `file.unwritable`.
  public func write(_ bytes: [UInt8], at offset: Int) throws { try file.write(bytes, at: offset) }

  /// Writes bytes behind those that were appended before.
  ///
  /// - Throws: `file.unwritable`.
  public func append(_ bytes: [UInt8]) throws {
    try file.write(bytes, at: position)
    position += bytes.count
  }

  /// Flushes the contents to disk.
  ///
  /// - Throws: `file.unwritable`.
  func finish() throws -> ManifestLine.File {
    let (byteCount, digest) = try file.finish()
    return ManifestLine.File(name: name, bytes: byteCount, sha256: digest)
  }

  /// Puts the file in its place.
  ///
  /// - Throws: `file.unwritable`.
  func commit() throws { try file.commit() }
}
