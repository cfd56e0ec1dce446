internal import CElfutils

/// A Xylem note in an ELF file, with unchecked contents.
struct ElfNote {
  /// The note's type, as its owner defines it.
  let type: UInt32
  /// The number of bytes that it claims.
  let claimed: Int
  /// The bytes that are present: fewer than claimed if its area ends earlier.
  let bytes: [UInt8]
  /// Its offset in the section or segment, in bytes.
  let position: Int

  private static let owner = Array("XYL\0".utf8)

  /// Returns the notes of a section or segment, in order, up to one that exceeds its end.
  static func all(in data: UnsafeMutablePointer<Elf_Data>) -> [ElfNote] {
    let area = unsafe UnsafeRawBufferPointer(start: data.pointee.d_buf, count: Int(data.pointee.d_size))
    var found: [ElfNote] = []
    var position = 0
    while position + 12 <= area.count {
      // Notes begin at multiples of four; zeros between them are padding to eight, which libelf would read as notes.
      if unsafe area.loadUnaligned(fromByteOffset: position, as: UInt32.self) == 0 {
        position += 4
        continue
      }
      let header = unsafe area.loadUnaligned(fromByteOffset: position, as: GElf_Nhdr.self)
      // Notes of other owners are not checked.
      let body = position + 12 + owner.count
      if header.n_namesz == 4, body <= area.count, unsafe area[position + 12..<body].elementsEqual(owner) {
        let end = min(body + Int(header.n_descsz), area.count)
        found.append(
          ElfNote(
            type: header.n_type, claimed: Int(header.n_descsz), bytes: unsafe Array(area[body..<end]),
            position: position))
      }
      var (read, name, contents) = (GElf_Nhdr(), 0, 0)
      let next = unsafe gelf_getnote(data, position, &read, &name, &contents)
      guard next > position else { break }
      position = next
    }
    return found
  }
}
