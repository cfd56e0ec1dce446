internal import CXylem
internal import XylemErrors
internal import XylemGraph

/// Reads a plugin's manifest from its notes. Every length is checked; nothing is trusted.
struct NoteReader {
  private let path: String
  private var plugin: PluginManifest?
  private var modules: [PluginManifest.LeafModule] = []
  private var functions: [PluginManifest.LeafFunction] = []
  /// The current position in the notes, for errors.
  private var position = 0

  /// Returns the manifest in the notes of a file.
  ///
  /// - Throws: `plugin.not-a-plugin` if no note belongs to Xylem, `plugin.note-malformed`.
  static func manifest(_ notes: [ElfNote], path: String) throws(XylemError) -> PluginManifest {
    var reader = NoteReader(path: path)
    for note in notes { try reader.read(note) }
    guard var plugin = reader.plugin else {
      guard reader.modules.isEmpty, reader.functions.isEmpty else {
        throw PluginFileErrors.malformedNote(
          path, "it provides leaves, but none of its notes identifies the plugin")
      }
      throw PluginFileErrors.withoutNote(path)
    }
    plugin.modules = reader.modules
    plugin.functions = reader.functions
    return plugin
  }

  private init(path: String) { self.path = path }

  private mutating func read(_ note: ElfNote) throws(XylemError) {
    position = note.position
    guard note.bytes.count == note.claimed else {
      throw malformed("a note claims \(note.claimed) bytes, but only \(note.bytes.count) are left")
    }
    try readNote(note.type, note.bytes)
  }

  private mutating func readNote(_ type: UInt32, _ bytes: [UInt8]) throws(XylemError) {
    switch type {
    case XYLEM_NOTE_PLUGIN.rawValue: try readPlugin(bytes)
    case XYLEM_NOTE_LEAF_MODULE.rawValue: modules.append(try module(bytes))
    case XYLEM_NOTE_LEAF_FUNCTION.rawValue: functions.append(try function(bytes))
    default: break
    }
  }

  private mutating func readPlugin(_ bytes: [UInt8]) throws(XylemError) {
    guard plugin == nil else { throw malformed("it identifies the plugin twice") }
    let head = try head(bytes, words: 4)
    guard head[0] == UInt32(XYLEM_PLUGIN_MAGIC) else {
      throw head[0].byteSwapped == UInt32(XYLEM_PLUGIN_MAGIC)
        ? PluginFileErrors.notAPlugin(path, "its note has the other byte order")
        : malformed(
          "the magic number is 0x\(String(head[0], radix: 16)), not 0x\(String(UInt32(XYLEM_PLUGIN_MAGIC), radix: 16))")
    }
    guard head[3] == UInt32(MemoryLayout<Int>.size) else {
      throw PluginFileErrors.notAPlugin(path, "its note belongs to a plugin with pointers of \(head[3]) bytes")
    }
    let texts = try texts(bytes, after: 16, ["id", "name", "version"])
    guard !texts[0].isEmpty else { throw malformed("the plugin's id is empty") }
    plugin = PluginManifest(
      id: texts[0], name: texts[1], version: texts[2], abi: ABIVersion(rawValue: head[1]),
      abiNeeded: ABIVersion(rawValue: head[2]), modules: [], functions: [])
  }

  private func module(_ bytes: [UInt8]) throws(XylemError) -> PluginManifest.LeafModule {
    let head = try head(bytes, words: 6)
    let texts = try texts(bytes, after: 24, ["type", "summary"])
    guard !texts[0].isEmpty else { throw malformed("a leaf module's type is empty") }
    return PluginManifest.LeafModule(
      type: texts[0], mode: head[0], threading: head[1], flags: head[2],
      writes: UInt64(head[4]) | UInt64(head[5]) << 32, summary: texts[1])
  }

  private func function(_ bytes: [UInt8]) throws(XylemError) -> PluginManifest.LeafFunction {
    let head = try head(bytes, words: 4)
    let texts = try texts(bytes, after: 16, ["name", "signature", "operator", "backward signature", "summary"])
    guard !texts[0].isEmpty, !texts[1].isEmpty else { throw malformed("a leaf function has no name or no signature") }
    return PluginManifest.LeafFunction(
      name: texts[0], signature: texts[1], operatorName: texts[2], backwardSignature: texts[3], summary: texts[4],
      threading: head[0], flags: head[1], isDerived: head[2] != 0)
  }

  private func head(_ bytes: [UInt8], words: Int) throws(XylemError) -> [UInt32] {
    guard bytes.count >= 4 * words else {
      throw malformed("a note has \(bytes.count) bytes, but its header alone has \(4 * words)")
    }
    return (0..<words).map { bytes.word32(at: 4 * $0) }
  }

  private func texts(_ bytes: [UInt8], after start: Int, _ names: [String]) throws(XylemError) -> [String] {
    var texts: [String] = []
    var start = start
    for name in names {
      guard let end = bytes[start...].firstIndex(of: 0) else {
        throw malformed("the string '\(name)' is not terminated")
      }
      guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
        throw malformed("the string '\(name)' is not UTF-8")
      }
      texts.append(text)
      start = end + 1
    }
    return texts
  }

  private func malformed(_ what: String) -> XylemError {
    PluginFileErrors.malformedNote(path, "\(what) (byte \(position) of the notes)")
  }
}

extension PluginManifest.LeafModule {
  /// Creates a leaf module from the numbers of the ABI.
  init(type: String, mode: UInt32, threading: UInt32, flags: UInt32, writes: UInt64, summary: String) {
    self.init(
      type: type, mode: ModeTrait(raw: mode), threading: LeafThreading(raw: threading),
      flags: LeafFlags(rawValue: flags),
      writes: (0..<64).filter { writes >> UInt64($0) & 1 != 0 },
      summary: summary)
  }
}

extension PluginManifest.LeafFunction {
  /// Creates a leaf function from the numbers of the ABI. Empty strings mean none.
  init(
    name: String, signature: String, operatorName: String, backwardSignature: String, summary: String,
    threading: UInt32, flags: UInt32, isDerived: Bool
  ) {
    self.init(
      name: name, signature: signature, operatorName: operatorName.isEmpty ? nil : operatorName,
      backwardSignature: backwardSignature.isEmpty ? nil : backwardSignature, summary: summary, isDerived: isDerived,
      threading: LeafThreading(raw: threading), flags: LeafFlags(rawValue: flags))
  }
}
