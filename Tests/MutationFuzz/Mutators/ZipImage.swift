import CZlib
import XylemFiles

/// A zip file as a list of records, which can be written again with any number in its headers wrong.
struct ZipImage {
  /// A number of a header.
  enum Field: CaseIterable, Hashable {
    case localSignature, localFlags, localMethod, localChecksum, localPacked, localSize, localNameLength,
      localExtraLength
    case signature, flags, method, checksum, packed, size, nameLength, extraLength, commentLength, offset
  }

  /// A number at the end of the file.
  enum EndField: CaseIterable, Hashable { case signature, disk, count, totalCount, size, offset, commentLength }

  struct Record {
    var name: [UInt8]
    var contents: [UInt8]
    /// Whether it is written deflated.
    var isPacked = false
    /// Numbers that are written instead of the right ones.
    var wrong: [Field: UInt64] = [:]

    var title: String { String(decoding: name, as: UTF8.self) }

    func ends(with ending: String) -> Bool { name.suffix(ending.utf8.count).elementsEqual(ending.utf8) }
  }

  var records: [Record] = []
  /// Numbers at the end of the file that are written instead of the right ones.
  var wrongEnd: [EndField: UInt64] = [:]

  /// A file without records.
  init() {}

  /// Reads a whole zip file.
  init(path: String) throws {
    let file = try ZipFile(path)
    records = try file.entries.map { Record(name: Array($0.name.utf8), contents: try file.read($0)) }
  }

  /// The positions of records whose names end so.
  func positions(_ endings: String...) -> [Int] {
    records.indices.filter { index in endings.contains { records[index].ends(with: $0) } }
  }

  /// The file's bytes: contents begin at multiples of 64, as PyTorch has it.
  func bytes() -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(records.reduce(256) { $0 + $1.contents.count + 256 })
    var directory: [UInt8] = []
    for record in records { Self.write(record, to: &out, &directory) }
    let start = out.count
    out += directory
    func end(_ field: EndField, _ value: Int, _ count: Int) {
      Self.put(wrongEnd[field] ?? UInt64(truncatingIfNeeded: value), count, to: &out)
    }
    end(.signature, 0x0605_4B50, 4)
    end(.disk, 0, 2)
    Self.put(0, 2, to: &out)
    end(.count, records.count, 2)
    end(.totalCount, records.count, 2)
    end(.size, directory.count, 4)
    end(.offset, start, 4)
    end(.commentLength, 0, 2)
    return out
  }

  private static func write(_ record: Record, to out: inout [UInt8], _ directory: inout [UInt8]) {
    let packed = record.isPacked ? stored(record.contents) : record.contents
    let start = out.count
    let isKnown = record.wrong[.localChecksum] != nil && record.wrong[.checksum] != nil
    let checksum = isKnown ? 0 : UInt64(checksum(record.contents))
    let padding = (64 - (start + 30 + record.name.count + 4) % 64) % 64
    func value(_ field: Field, _ right: Int) -> UInt64 { record.wrong[field] ?? UInt64(truncatingIfNeeded: right) }
    let method = record.isPacked ? 8 : 0
    put(value(.localSignature, 0x0403_4B50), 4, to: &out)
    put(0, 2, to: &out)
    put(value(.localFlags, 0), 2, to: &out)
    put(value(.localMethod, method), 2, to: &out)
    put(0, 4, to: &out)
    put(record.wrong[.localChecksum] ?? checksum, 4, to: &out)
    put(value(.localPacked, packed.count), 4, to: &out)
    put(value(.localSize, record.contents.count), 4, to: &out)
    put(value(.localNameLength, record.name.count), 2, to: &out)
    put(value(.localExtraLength, 4 + padding), 2, to: &out)
    out += record.name
    put(0x4246, 2, to: &out)
    put(UInt64(padding), 2, to: &out)
    out += [UInt8](repeating: 0x5A, count: padding)
    out += packed
    put(value(.signature, 0x0201_4B50), 4, to: &directory)
    put(0, 4, to: &directory)
    put(value(.flags, 0), 2, to: &directory)
    put(value(.method, method), 2, to: &directory)
    put(0, 4, to: &directory)
    put(record.wrong[.checksum] ?? checksum, 4, to: &directory)
    put(value(.packed, packed.count), 4, to: &directory)
    put(value(.size, record.contents.count), 4, to: &directory)
    put(value(.nameLength, record.name.count), 2, to: &directory)
    put(value(.extraLength, 0), 2, to: &directory)
    put(value(.commentLength, 0), 2, to: &directory)
    put(0, 8, to: &directory)
    put(value(.offset, start), 4, to: &directory)
    directory += record.name
  }

  private static func put(_ value: UInt64, _ count: Int, to out: inout [UInt8]) {
    for shift in 0..<count { out.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))) }
  }

  /// Deflated without making it smaller.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var start = 0
    repeat {
      let count = min(0xFFFF, bytes.count - start)
      out.append(start + count == bytes.count ? 1 : 0)
      put(UInt64(count), 2, to: &out)
      put(UInt64(~UInt16(count)), 2, to: &out)
      out += bytes[start..<start + count]
      start += count
    } while start < bytes.count
    return out
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
