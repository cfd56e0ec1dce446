import Foundation
import Testing
import XylemErrors
import XylemPlugins
import XylemScript
import XylemTestSupport

@Suite(.needsRuntime) struct ArchiveCheckTests {
  private func fixture(_ name: String) -> String { Fixtures.path(name) }

  @Test func `an archive that can be loaded passes`() throws {
    try ScriptArchive.check(fixture("zoo/resnet18.pt"))
  }

  @Test(arguments: [
    ("hostile/claiming_storage.pt", ErrorID.archiveTruncated), ("hostile/crash.pt", .runtimeCrashed),
    ("bad/text.pt", .archiveNotZip), ("bad/nothing.pt", .fileNotFound),
  ])
  func `a crash while loading is an error here`(_ name: String, _ id: ErrorID) {
    let path = fixture(name)
    let error = #expect(throws: XylemError.self) { try ScriptArchive.check(path) }
    #expect(error?.id == id)
    #expect(error?.description.contains(path) == true)
  }

  @Test func `one that takes too long is ended`() {
    let error = #expect(throws: XylemError.self) {
      try ScriptArchive.check(fixture("hostile/endless.pt"), timeLimit: .seconds(4))
    }
    #expect(error?.id == .runtimeOverloaded)
  }
}
