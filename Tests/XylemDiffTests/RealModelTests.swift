import Foundation
import Testing
import XylemCommand
import XylemDiff
import XylemGraph
import XylemRuntime
import XylemTrace

/// The checkout's Fixtures folder, and whether the tensor runtime was built.
enum Fixtures {
  static let folder: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    return folder.appendingPathComponent("Fixtures")
  }()

  static let hasRuntime = (try? TensorRuntime.load()) != nil

  /// The diff of an archive's two modes.
  static func diff(_ name: String, policy: LeafPolicy = LeafPolicy(), makesLeaves: Bool = false) throws -> TraceDiff {
    let model = try ScriptModel(path: folder.appendingPathComponent(name).path)
    func side(_ mode: Mode) throws -> DiffSide {
      DiffSide(try model.trace(TraceOptions(mode: mode, policy: policy, makesLeaves: makesLeaves)))
    }
    return TraceDiffer.diff(try side(.train), try side(.eval), model: name, today: (2026, 7, 1))
  }
}

@Suite("Real models", .enabled(if: Fixtures.hasRuntime, "the tensor runtime is not built: make runtime"))
struct RealModelTests {
  @Test func explore() throws {
    let names = ProcessInfo.processInfo.environment["NAMES"]?.split(separator: ",").map(String.init) ?? []
    for name in names {
      do {
        let clock = ContinuousClock()
        let model = try ScriptModel(path: Fixtures.folder.appendingPathComponent(name).path)
        func side(_ mode: Mode) throws -> DiffSide {
          DiffSide(
            try model.trace(
              TraceOptions(
                mode: mode,
                policy: ProcessInfo.processInfo.environment["NOLEAF"] != nil
                  ? LeafPolicy(includesDefaults: false) : LeafPolicy(), makesLeaves: true)))
        }
        let (a, b) = (try side(.train), try side(.eval))
        let start = clock.now
        let diff = TraceDiffer.diff(a, b, model: name, today: (2026, 7, 1))
        print("==", name, diff.compared, "hidden", diff.hidden.count, clock.now - start)
        for f in diff.findings {
          print(
            "  \(f.level) \(f.rule.rawValue) \(f.module)|\(f.node ?? "") [\(f.cause ?? "")] \(f.message) members \(f.members.count) \(f.location?.description ?? "")"
          )
          if f.level > .info {
            print("     T \(f.train ?? "-")\n     E \(f.eval ?? "-")");
            for m in f.members.prefix(4) { print("       - \(m.message)") }
          }
        }
      } catch { print("==", name, "failed", "\(error)".prefix(300)) }
    }
  }
}
