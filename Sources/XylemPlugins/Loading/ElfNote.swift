internal import CElfutils

/// A note of Xylem's in an ELF file, as it lies there: nothing in it is checked.
struct ElfNote {
  /// As its owner counts.
  let type: UInt32
  /// How many bytes it claims to have.
  let claimed: Int
  /// Those that are there: fewer than it claims where its area ends before.
  let bytes: [UInt8]
  /// Where it begins in its section or segment, in bytes.
  let position: Int

  private static let owner = Array("XYL\0".utf8)

  /// The notes of a section or segment, in order, up to one that runs beyond its end.
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
      // What other owners' notes look like is not this reader's to judge.
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
