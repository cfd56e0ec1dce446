import Foundation
import Testing
import XylemErrors

@testable import XylemPlugins

@Suite struct DamagedLibraryTests {
  @Test func `A library that is cut or damaged anywhere is read or refused`() throws {
    let executable = try #require(Bundle.main.executableURL).resolvingSymlinksInPath()
    let library = executable.deletingLastPathComponent().appendingPathComponent("libCallSubjects.so")
    let whole = try Data(contentsOf: library)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".so")
    defer { try? FileManager.default.removeItem(at: file) }
    var state: UInt64 = 7
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var readable = 0
    for round in 0..<300 {
      var bytes = whole
      if round.isMultiple(of: 5) {
        bytes = bytes.prefix(below(bytes.count))
      } else {
        // Half of the damage goes where the headers are.
        let bound = round.isMultiple(of: 2) ? bytes.count : 4096
        for _ in 0..<(1 + below(64)) { bytes[below(min(bound, bytes.count))] = UInt8(below(256)) }
      }
      try bytes.write(to: file)
      do {
        let opened = try SymbolFile(path: file.path)
        for symbol in opened.symbols { _ = opened.declaration(of: symbol) }
        readable += 1
      } catch { #expect(error.id.rawValue.hasPrefix("plugin.") || error.id.rawValue.hasPrefix("file.")) }
    }
    #expect(readable > 50)
  }
}
