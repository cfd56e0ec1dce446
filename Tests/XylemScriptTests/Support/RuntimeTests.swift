import Testing
import XylemScript
import XylemTestSupport

/// The tests that need libtorch, one after another: threads and random state belong to the process.
@Suite(.serialized, .needsRuntime) struct RuntimeTests {}

extension Fixtures {
  /// The archives in a folder, without their ending, sorted.
  static func archives(in folder: String) -> [String] {
    names(in: folder, ending: ".pt").map { String($0.dropLast(3)) }
  }

  /// An archive by its name without the ending.
  static func archive(_ name: String) throws -> ScriptArchive { try ScriptArchive(path: path(name + ".pt")) }
}
