/// Damages archives: their records, what is in them, and how they are packed. Checksums are right, unless they are what is damaged.
struct ArchiveMutator {
  let code: CodeMutator

  private static let extremes: [UInt64] = [
    0, 1, 2, 63, 64, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 8, 12,
    99,
  ]
  private static let names = [
    "data.pkl", "constants.pkl", "version", "byteorder", "data/0", "constants/0", "code/__torch__.py", "../x", "", "/",
    "code/",
    ".data/version", "\u{1B}[2J", "extra/x", "data/../data.pkl", "code/__torch__/a.py.debug_pkl",
    "mobile_debug_handles.pkl", "bytecode.pkl",
    "attributes.pkl", "model.json", ".format_version", ".storage_alignment", "traced_inputs.pkl",
  ]

  /// Damages an archive, and gives its bytes.
  func mutate(_ archive: ZipImage, _ numbers: inout SeededNumbers) -> [UInt8] {
    var archive = archive
    let rounds = numbers.chance(75) ? 1 : 2 + numbers.below(3)
    for _ in 0..<rounds {
      switch numbers.below(100) {
      case ..<35: change(archive.positions(".py"), of: &archive, &numbers) { code.mutate($0, &$1) }
      case ..<62: change(archive.positions("/data.pkl"), of: &archive, &numbers, PickleMutator.mutate)
      case ..<70: change(archive.positions("/constants.pkl"), of: &archive, &numbers, PickleMutator.mutate)
      case ..<80: change(archive.positions(".debug_pkl"), of: &archive, &numbers, PickleMutator.mutate)
      case ..<84:
        change(archive.positions("/version", "/byteorder", "alignment"), of: &archive, &numbers, Self.changeText)
      case ..<87:
        let storages = archive.records.indices.filter { archive.records[$0].title.contains("/data/") }
        change(storages, of: &archive, &numbers, Self.resize)
      default: changeRecords(&archive, &numbers)
      }
    }
    let bytes = archive.bytes()
    return numbers.chance(2) ? PickleMutator.flipped(bytes, &numbers) : bytes
  }

  private func change(
    _ positions: [Int], of archive: inout ZipImage, _ numbers: inout SeededNumbers,
    _ body: ([UInt8], inout SeededNumbers) -> [UInt8]
  ) {
    guard !positions.isEmpty else { return }
    let at = numbers.pick(positions)
    archive.records[at].contents = body(archive.records[at].contents, &numbers)
  }

  private static func changeText(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    let texts = [
      "", "0", "1", "3", "6", "11", "-1", "99", "9223372036854775808", "little", "big", "x\n", "1e9", "64", "0x3",
    ]
    return numbers.chance(20) ? PickleMutator.flipped(bytes, &numbers) : Array(numbers.pick(texts).utf8)
  }

  private static func resize(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    switch numbers.below(4) {
    case 0: []
    case 1: Array(bytes.dropLast(1 + numbers.below(max(1, bytes.count))))
    case 2: bytes + [UInt8](repeating: 0xFF, count: 1 + numbers.below(4096))
    default: bytes.map { _ in UInt8(numbers.below(256)) }
    }
  }

  private func changeRecords(_ archive: inout ZipImage, _ numbers: inout SeededNumbers) {
    guard !archive.records.isEmpty else { return }
    let at = numbers.below(archive.records.count)
    let folder = archive.records[at].title.prefix { $0 != "/" }
    switch numbers.below(12) {
    case 0: archive.records.remove(at: at)
    case 1: archive.records.insert(archive.records[at], at: numbers.below(archive.records.count + 1))
    case 2: archive.records[at].name = Array((folder + "/" + numbers.pick(Self.names)).utf8)
    case 3:
      archive.records[at].name =
        numbers.chance(50)
        ? archive.records[numbers.below(archive.records.count)].name
        : PickleMutator.flipped(archive.records[at].name, &numbers)
    case 4:
      let other = numbers.below(archive.records.count)
      let contents = archive.records[at].contents
      archive.records[at].contents = archive.records[other].contents
      archive.records[other].contents = contents
    case 5: archive.records[at].isPacked.toggle()
    case 6: for index in archive.records.indices { archive.records[index].isPacked = true }
    case 7: archive.wrongEnd[numbers.pick(ZipImage.EndField.allCases)] = numbers.pick(Self.extremes)
    case 8: archive.records.swapAt(at, numbers.below(archive.records.count))
    default:
      let field = numbers.pick(ZipImage.Field.allCases)
      archive.records[at].wrong[field] = numbers.pick(Self.extremes)
    }
  }
}
