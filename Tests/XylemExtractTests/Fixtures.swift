import Foundation
import Testing
import XylemScript
import XylemTensor
import XylemTrace

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

extension ScriptModel {
  /// The names of the arguments that are given, as options keep them inputs.
  func names(of inputs: [Value]) throws -> Set<String> {
    Set(try forwardArguments().prefix(inputs.count).map(\.name))
  }

  /// Gives each tensor memory of its own. The fixtures' weights lie over each other, so that what one batch norm writes in train
  /// mode would change the weights of others.
  func withOwnMemory() throws -> ScriptModel {
    try TensorRuntime.withGradients(false) {
      for entry in tensors {
        let dot = entry.key.lastIndex(of: ".")
        let owner = dot.map { module(at: String(entry.key[..<$0])) } ?? root
        let name = dot.map { String(entry.key[entry.key.index(after: $0)...]) } ?? entry.key
        let own = try entry.tensor.clone()
        if entry.tensor.requiresGrad { try own.setRequiresGrad(true) }
        try owner?.object.setAttribute(name, to: .tensor(own))
      }
    }
    return try ScriptModel(archive)
  }
}

/// Numbers that are close: within 1e-4 of the larger, or 1e-5.
func isClose(_ a: Float, _ b: Float, relative: Float = 1e-4, absolute: Float = 1e-5) -> Bool {
  a == b || (a.isNaN && b.isNaN) || abs(a - b) <= absolute + relative * max(abs(a), abs(b))
}
