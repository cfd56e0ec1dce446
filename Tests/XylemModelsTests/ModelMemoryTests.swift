import Foundation
import Testing
import XylemExtract
import XylemModels
import XylemNN
import XylemTestSupport

/// Extractors share their model's weights, and leave nothing behind.
@Suite(.serialized) struct ModelMemoryTests {
  /// The bytes of memory that the process holds: resident pages, from Linux's own count.
  private func residentBytes() throws -> Int {
    let counts = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return try #require(counts.count > 1 ? Int(counts[1]) : nil) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// One model's parameters in float32, in bytes.
  private static let modelBytes = 11_689_512 * 4

  @Test(.needsRuntime) func `a hundred extractors of one model stay within one model's memory`() throws {
    let model = resnet18()
    func extractors(_ count: Int) throws {
      for _ in 0..<count { _ = try FeatureExtractor(of: model, returning: ["layer1", "layer4", "fc"]) }
    }
    try extractors(5)
    let before = try residentBytes()
    try extractors(100)
    #expect(try residentBytes() - before < Self.modelBytes)
  }

  @Test(.needsRuntime) func `a hundred models that come and go stay within one model's memory`()
    throws
  {
    func models(_ count: Int) throws {
      for _ in 0..<count { _ = try FeatureExtractor(of: resnet18(), returning: ["layer2"]) }
    }
    try models(3)
    let before = try residentBytes()
    try models(100)
    #expect(try residentBytes() - before < Self.modelBytes)
  }
}
