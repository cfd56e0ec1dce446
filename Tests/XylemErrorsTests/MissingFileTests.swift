import Foundation
import Testing
import XylemErrors

@Suite struct MissingFileTests {
  /// Creates empty files and folders (names that end in `/`) in a folder that is removed at the end.
  private func with(_ names: [String], _ body: (_ folder: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in names {
      if name.hasSuffix("/") {
        try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
      } else {
        try Data().write(to: URL(fileURLWithPath: folder + "/" + name))
      }
    }
    try body(folder)
  }

  @Test func `files of similar names are offered, and folders are not`() throws {
    try with(["model.pt", "modul.pt", "models.pt/", "other.txt"]) { folder in
      let error = XylemError.missingFile(folder + "/mdel.pt")
      #expect(error.id == .fileNotFound && error.place.file == folder + "/mdel.pt")
      #expect(error.remedies == ["use \(folder)/model.pt", "use \(folder)/modul.pt"])
    }
  }

  @Test func `a folder that does not exist is named`() throws {
    try with([]) { folder in
      let error = XylemError.missingFile(folder + "/missing/model.pt")
      #expect(error.message == "there is no such file: the folder '\(folder)/missing' does not exist")
      #expect(error.remedies.isEmpty)
    }
  }
}
