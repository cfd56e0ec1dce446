import Foundation
import Testing
import XylemTensor

/// The checkout's Fixtures folder.
enum Fixtures {
  static let folder: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    return folder.appendingPathComponent("Fixtures")
  }()

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Whether the tensor runtime was built; tests that need it say so otherwise.
  ///
  /// One thread, as the goldens were made: some kernels give other last bits with more.
  static let hasRuntime: Bool = {
    guard (try? TensorRuntime.load()) != nil else { return false }
    return (try? TensorRuntime.setThreads(1)) != nil
  }()
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where libxylem-torch.so was not built.
  static var needsRuntime: Self { .enabled(if: Fixtures.hasRuntime, "the tensor runtime is not built: make runtime") }
}
