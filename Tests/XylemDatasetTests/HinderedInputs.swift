import Foundation

@testable import XylemDataset

/// Inputs that are not there before ``release()``.
final class BlockedInputs: InputSource {
  private let source: any InputSource
  private let gate = DispatchSemaphore(value: 0)

  init(_ source: any InputSource) { self.source = source }

  var count: Int { source.count }
  var digest: String { source.digest }
  func id(at index: Int) -> String { source.id(at: index) }

  func bytes(at index: Int) throws -> [UInt8] {
    gate.wait()
    gate.signal()
    return try source.bytes(at: index)
  }

  func release() { gate.signal() }
}
