internal import XylemErrors
internal import XylemFiles

/// Inputs in a fixed order: encoded images with an identifier each.
///
/// A run asks for inputs by position, from several threads, in any order, and again after it was interrupted. So a
/// source must give the same inputs at the same positions each time.
///
/// ```swift
/// let source = try ImageFiles(["photos"])
/// print(source.count, source.id(at: 0))
/// ```
public protocol InputSource: Sendable {
  /// The number of inputs.
  var count: Int { get }

  /// A text that changes with any change of the inputs' identifiers, places and order, such as a SHA-256. A run is not
  /// resumed with other inputs.
  var digest: String { get }

  /// The identifier of an input, as in `photos/cat.jpg`. Need not be unique.
  ///
  /// - Parameter index: from 0 to less than ``count``.
  func id(at index: Int) -> String

  /// The bytes of an input: those of an image file.
  ///
  /// - Parameter index: from 0 to less than ``count``.
  /// - Throws: any `XylemError`. The input then becomes a row without features, with the error.
  func bytes(at index: Int) throws -> [UInt8]
}

/// Several sources, one after another.
public struct JoinedInputs: InputSource {
  private let sources: [any InputSource]
  /// For each source, the number of inputs before it.
  private let starts: [Int]
  /// The number of inputs.
  public let count: Int
  /// The SHA-256 of the inputs' identifiers and places.
  public let digest: String

  /// Joins sources in order.
  public init(_ sources: [any InputSource]) {
    self.sources = sources
    var starts: [Int] = []
    var count = 0
    for source in sources {
      starts.append(count)
      count += source.count
    }
    self.starts = starts
    self.count = count
    digest = sources.count == 1 ? sources[0].digest : ContentDigest.of(sources.map(\.digest).joined(separator: "\n"))
  }

  /// The identifier of an input.
  public func id(at index: Int) -> String {
    let (source, position) = place(of: index)
    return source.id(at: position)
  }

  /// The bytes of an input's file.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.unsupported` for more than 1 GiB.
  public func bytes(at index: Int) throws -> [UInt8] {
    let (source, position) = place(of: index)
    return try source.bytes(at: position)
  }

  private func place(of index: Int) -> (source: any InputSource, position: Int) {
    precondition((0..<count).contains(index), "the index is not that of an input")
    // The last source that starts at or before the index: empty sources start where the next one does.
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return (sources[low], index - starts[low])
  }
}
