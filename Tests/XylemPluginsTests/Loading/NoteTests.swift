import Testing
import XylemErrors
import XylemGraph
import XylemTestSupport

@testable import XylemPlugins

@Suite struct NoteTests {
  private func manifest(_ bytes: [UInt8]) throws -> PluginManifest {
    try withTemporaryFolder { folder in
      let path = try ElfBuilder(notes: bytes).write("p.so", in: folder)
      return try NoteReader.manifest(ElfFile(OpenedFile(path)).notes, path: "p.so")
    }
  }

  private func fault(_ bytes: [UInt8]) -> String {
    do {
      _ = try manifest(bytes)
      return "none"
    } catch let error as XylemError {
      return "\(error.id.rawValue): \(error.message)"
    } catch { return "\(error)" }
  }

  private let module = note(2, words: [2, 1, 3, 0, 0b101, 1 << 31], texts: ["Conv2dSame", "pads"])
  private let function = note(
    3, words: [0, 5, 1, 0], texts: ["nms", "(tensor) -> tensor", "torchvision::nms", "", "keeps the best"])

  @Test func `every part of the notes is read`() throws {
    let manifest = try manifest(pluginNote() + module + function)
    #expect(manifest.id == "org.example.one" && manifest.name == "One" && manifest.version == "1.0")
    #expect(
      manifest.modules == [
        .init(
          type: "Conv2dSame", mode: .readsMode, threading: .perInstance, flags: [.isDeterministic, .replacesForward],
          writes: [0, 2, 63], summary: "pads")
      ])
    #expect(
      manifest.functions == [
        .init(
          name: "nms", signature: "(tensor) -> tensor", operatorName: "torchvision::nms", backwardSignature: nil,
          summary: "keeps the best", isDerived: true, threading: .serial, flags: [.isDeterministic, .isRandom])
      ])
  }

  @Test func `notes may come in any order, between others, and aligned to eight`() throws {
    let other = note(7, words: [1, 2, 3], texts: ["?"], owner: "GNU\0")
    let later = note(99, words: [], texts: ["a type of a release to come"])
    let padded = note(2, words: [2, 1, 3, 0, 5, 0], texts: ["A", "b"], alignment: 8)
    let manifest = try manifest(other + function + later + padded + pluginNote() + [0, 0, 0, 0])
    #expect(manifest.modules.map(\.type) == ["A"] && manifest.functions.map(\.name) == ["nms"])
  }

  @Test func `strings and traits of a later release are ignored`() throws {
    let longer = note(2, words: [77, 88, 0xff, 0, 0, 0], texts: ["A", "b", "what nobody knows yet"])
    let manifest = try manifest(pluginNote(abi: 0x10009) + longer)
    #expect(manifest.modules.first?.mode == .unknown && manifest.modules.first?.threading == .serial)
    #expect("\(manifest.abi)" == "1.9")
  }

  @Test func `a malformed note is refused for its reason`() {
    var unended = note(1, words: [0x314d_4558, 0x10001, 0x10001, 8], texts: ["id"])
    unended[4] = 19
    var notText = pluginNote()
    notText[32] = 0xff
    var tooLong = pluginNote()
    tooLong[5] = 0xff
    let swapped = note(1, words: [0x5845_4d31, 0, 0, 0], texts: ["a", "b", "c"])
    let pointers = note(1, words: [0x314d_4558, 0x10001, 0x10001, 4], texts: ["a", "b", "c"])
    #expect(
      [
        unended, notText, tooLong, pluginNote(id: ""), pluginNote() + pluginNote(), module,
        note(1, words: [1], texts: []), note(1, words: [0x1234, 0, 0, 0], texts: ["a", "b", "c"]), swapped, pointers,
        [],
        Array(pluginNote()[..<10]),
      ].map(fault) == [
        "plugin.note-malformed: the plugin's note is malformed: the string 'name' is not terminated (byte 0 of the notes)",
        "plugin.note-malformed: the plugin's note is malformed: the string 'id' is not UTF-8 (byte 0 of the notes)",
        "plugin.note-malformed: the plugin's note is malformed: a note claims 65320 bytes, but only 40 are left (byte 0 of the notes)",
        "plugin.note-malformed: the plugin's note is malformed: the plugin's id is empty (byte 0 of the notes)",
        "plugin.note-malformed: the plugin's note is malformed: it identifies the plugin twice (byte 56 of the notes)",
        "plugin.note-malformed: the plugin's note is malformed: it provides leaves, but none of its notes identifies the plugin",
        "plugin.note-malformed: the plugin's note is malformed: a note has 4 bytes, but its header alone has 16 (byte 0 of the notes)",
        "plugin.note-malformed: the plugin's note is malformed: the magic number is 0x1234, not 0x314d4558 (byte 0 of the notes)",
        "plugin.not-a-plugin: this is not a plugin: its note has the other byte order",
        "plugin.not-a-plugin: this is not a plugin: its note belongs to a plugin with pointers of 4 bytes",
        "plugin.not-a-plugin: this is not a plugin: it has no Xylem note",
        "plugin.not-a-plugin: this is not a plugin: it has no Xylem note",
      ])
  }

  @Test func `notes are found where sections are stripped`() throws {
    try withTemporaryFolder { folder in
      let path = try ElfBuilder(notes: pluginNote()).write("one.so", in: folder)
      #expect(try PluginFile(path).manifest.id == "org.example.one")
    }
  }

  @Test func `a plugin is refused only where what it needs is newer, or of another major version`() throws {
    try withTemporaryFolder { folder in
      func result(_ abi: UInt32, _ needed: UInt32) throws -> String {
        let path = try ElfBuilder(notes: pluginNote(abi: abi, needed: needed)).write("one.so", in: folder)
        do { return try PluginFile(path).manifest.id } catch { return "\(error.id.rawValue): \(error.message)" }
      }
      let results = try [
        (0x10009, 0x10001), (0x10000, 0x10000), (0x10002, 0x10002), (0x20000, 0x20000), (0x00009, 0x00009),
      ].map { try result($0, $1) }
      #expect(
        results == [
          "org.example.one", "org.example.one",
          "plugin.abi-too-new: the plugin needs ABI 1.2, but this host has 1.1",
          "plugin.abi-too-new: the plugin needs ABI 2.0, but this host has 1.1",
          "plugin.abi-too-new: the plugin needs ABI 0.9, but this host has 1.1",
        ])
    }
  }
}
