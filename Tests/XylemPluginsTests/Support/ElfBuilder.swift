import Foundation

/// Makes small ELF files of this machine, as right or as wrong as a test wants them.
struct ElfBuilder {
  var type: UInt16 = 3  // ET_DYN
  var machine: UInt16 = Self.ownMachine
  var fileClass: UInt8 = 2
  var byteOrder: UInt8 = 1
  var needed: [String] = []
  var runpath: String?
  var rpath: String?
  var soname: String?
  var flags1: UInt64 = 0
  var hasDynamic = true
  var notes: [UInt8] = []
  var noteAlignment: UInt64 = 4

  #if arch(arm64)
    static let ownMachine: UInt16 = 183
  #else
    static let ownMachine: UInt16 = 62
  #endif

  /// The file's bytes.
  func bytes() -> [UInt8] {
    var strings: [UInt8] = [0]
    func index(_ text: String) -> UInt64 {
      let place = UInt64(strings.count)
      strings += Array(text.utf8) + [0]
      return place
    }
    var dynamic: [(UInt64, UInt64)] = needed.map { (1, index($0)) }
    if let soname { dynamic.append((14, index(soname))) }
    if let rpath { dynamic.append((15, index(rpath))) }
    if let runpath { dynamic.append((29, index(runpath))) }
    if flags1 != 0 { dynamic.append((0x6fff_fffb, flags1)) }
    let headerCount = 1 + (hasDynamic ? 1 : 0) + (notes.isEmpty ? 0 : 1)
    let start = 64 + 56 * headerCount
    let stringsAt = (start + 7) / 8 * 8
    let dynamicAt = (stringsAt + strings.count + 7) / 8 * 8
    dynamic += [(5, UInt64(stringsAt)), (10, UInt64(strings.count)), (0, 0)]
    let notesAt = dynamicAt + (hasDynamic ? 16 * dynamic.count : 0)
    let end = notesAt + notes.count

    var file: [UInt8] = [0x7f] + Array("ELF".utf8) + [fileClass, byteOrder, 1, 0] + [UInt8](repeating: 0, count: 8)
    file += type.little + machine.little + UInt32(1).little + UInt64(0).little + UInt64(64).little + UInt64(0).little
    file += UInt32(0).little + UInt16(64).little + UInt16(56).little + UInt16(headerCount).little
    file += UInt16(64).little + UInt16(0).little + UInt16(0).little
    file += header(1, flags: 5, at: 0, count: end, alignment: 4096)
    if hasDynamic { file += header(2, flags: 6, at: dynamicAt, count: 16 * dynamic.count, alignment: 8) }
    if !notes.isEmpty { file += header(4, flags: 4, at: notesAt, count: notes.count, alignment: noteAlignment) }
    file += [UInt8](repeating: 0, count: stringsAt - file.count) + strings
    file += [UInt8](repeating: 0, count: dynamicAt - file.count)
    if hasDynamic { for entry in dynamic { file += entry.0.little + entry.1.little } }
    return file + notes
  }

  private func header(_ type: UInt32, flags: UInt32, at offset: Int, count: Int, alignment: UInt64) -> [UInt8] {
    type.little + flags.little + UInt64(offset).little + UInt64(offset).little + UInt64(offset).little
      + UInt64(count).little + UInt64(count).little + alignment.little
  }

  /// Writes the file into a folder, and returns its path.
  func write(_ name: String, in folder: String) throws -> String {
    let path = folder + "/" + name
    try Data(bytes()).write(to: URL(fileURLWithPath: path))
    return path
  }
}

/// The bytes of a note of Xylem.
func note(_ type: UInt32, words: [UInt32], texts: [String], owner: String = "XYL\0", alignment: Int = 4) -> [UInt8] {
  var body = words.flatMap(\.little) + texts.flatMap { Array($0.utf8) + [0] }
  while body.count % 4 != 0 { body.append(0) }
  let head = UInt32(owner.utf8.count).little + UInt32(body.count).little + type.little + Array(owner.utf8)
  var bytes = head + body
  while bytes.count % alignment != 0 { bytes.append(0) }
  return bytes
}

/// The note that says which plugin this is.
func pluginNote(id: String = "org.example.one", abi: UInt32 = 0x10001, needed: UInt32 = 0x10001) -> [UInt8] {
  note(1, words: [0x314d_4558, abi, needed, 8], texts: [id, "One", "1.0"])
}

extension FixedWidthInteger {
  /// The bytes, least significant first.
  var little: [UInt8] { (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) } }
}
