internal import CElfutils
internal import Glibc
internal import XylemErrors

/// The contents of the headers of an ELF shared object for this machine.
///
/// Headers are read through libelf, and contents with bounds checks of its own. Nothing is mapped, so a file that is
/// truncated meanwhile is an error. Memory use is limited to headers and notes.
struct ElfFile {
  /// A part of the file that is mapped when the file is loaded.
  struct Segment: Hashable {
    let offset: Int
    let address: UInt64
    let fileSize: Int
    let isWritable: Bool
    let isReadable: Bool
  }

  /// The names of the libraries that the file needs, in order.
  private(set) var needed: [String] = []
  /// The name under which other files need this one.
  private(set) var soname: String?
  /// Folders that the loader searches before the environment's; nil if a run path replaces them.
  private(set) var rpath: String?
  /// Folders that the loader searches after the environment's.
  private(set) var runpath: String?
  /// Parts that the loader maps.
  private(set) var segments: [Segment] = []
  /// Whether the loader writes into parts that are mapped read-only.
  private(set) var hasTextRelocations = false
  /// Xylem's notes in the sections `.note.xylem`, or in every note segment if there is no such section.
  private(set) var notes: [ElfNote] = []

  /// The maximum size of the notes in bytes.
  static let noteLimit = 1 << 22

  /// Reads an opened file.
  ///
  /// - Throws: `plugin.not-a-plugin`, with a description of the file; `plugin.note-malformed` if notes lie outside the
  ///   file.
  init(_ file: OpenedFile) throws(XylemError) {
    guard file.byteCount > 0 else { throw PluginFileErrors.notAPlugin(file.path, "the file is empty") }
    guard file.byteCount <= OpenedFile.sizeLimit else {
      throw PluginFileErrors.notAPlugin(file.path, "the file is larger than \(OpenedFile.sizeLimit >> 30) GiB")
    }
    _ = elf_version(UInt32(EV_CURRENT))
    guard let elf = unsafe elf_begin(file.descriptor, ELF_C_READ, nil) else {
      throw PluginFileErrors.notAPlugin(file.path, "it is not an ELF file")
    }
    defer { unsafe _ = elf_end(elf) }
    try unsafe checkKind(elf, file)
    let programHeaders = try unsafe Self.programHeaders(elf, file)
    let hasInterpreter = programHeaders.contains { $0.p_type == UInt32(PT_INTERP) }
    try readSegments(programHeaders, file)
    try readDynamic(programHeaders, file, hasInterpreter: hasInterpreter)
    var areas = unsafe Self.noteSections(elf)
    if areas.isEmpty {
      areas = programHeaders.filter { $0.p_type == UInt32(PT_NOTE) }.map { ($0.p_offset, $0.p_filesz) }
    }
    for (offset, count) in areas { notes += try unsafe Self.notes(elf, file, offset: offset, count: count) }
  }

  private func checkKind(_ elf: OpaquePointer, _ file: OpenedFile) throws(XylemError) {
    func refuse(_ reason: String) -> XylemError { PluginFileErrors.notAPlugin(file.path, reason) }
    switch unsafe elf_kind(elf) {
    case ELF_K_ELF: break
    case ELF_K_AR: throw refuse("it is a static library")
    default: throw refuse("it is not an ELF file")
    }
    var header = GElf_Ehdr()
    guard unsafe gelf_getehdr(elf, &header) != nil else { throw refuse("its ELF header is truncated or damaged") }
    guard gelf_getclassOf(header) == ELFCLASS64 else { throw refuse("it is built for 32-bit machines") }
    guard header.e_ident.5 == UInt8(ELFDATA2LSB) else {
      throw refuse("it is built for machines with the other byte order")
    }
    guard header.e_machine == Self.machine else {
      throw refuse(
        "it is built for another machine: \(Self.machineName(header.e_machine)), not \(Self.machineName(Self.machine))"
      )
    }
    switch Int32(header.e_type) {
    case ET_DYN: break
    case ET_EXEC: throw refuse("it is an executable, not a shared object")
    case ET_REL: throw refuse("it is an unlinked object file")
    case ET_CORE: throw refuse("it is a core dump")
    default: throw refuse("it is an ELF file of an unknown type")
    }
  }

  private func gelf_getclassOf(_ header: GElf_Ehdr) -> Int32 { Int32(header.e_ident.4) }

  private static func programHeaders(_ elf: OpaquePointer, _ file: OpenedFile) throws(XylemError) -> [GElf_Phdr] {
    var count = 0
    guard unsafe elf_getphdrnum(elf, &count) == 0, count > 0 else {
      throw PluginFileErrors.notAPlugin(file.path, "its program headers are missing or lie outside the file")
    }
    var headers: [GElf_Phdr] = []
    for index in 0..<min(count, 1 << 16) {
      var header = GElf_Phdr()
      guard unsafe gelf_getphdr(elf, CInt(index), &header) != nil else {
        throw PluginFileErrors.notAPlugin(file.path, "its program headers lie outside the file")
      }
      headers.append(header)
    }
    return headers
  }

  /// The loader maps what the headers claim. An access to a page beyond the file's end raises a signal.
  private mutating func readSegments(_ headers: [GElf_Phdr], _ file: OpenedFile) throws(XylemError) {
    for header in headers where header.p_type == UInt32(PT_LOAD) {
      guard let offset = Int(exactly: header.p_offset), let size = Int(exactly: header.p_filesz),
        size <= file.byteCount,
        offset <= file.byteCount - size
      else { throw PluginFileErrors.notAPlugin(file.path, "the file is truncated") }
      segments.append(
        Segment(
          offset: offset, address: header.p_vaddr, fileSize: size, isWritable: header.p_flags & UInt32(PF_W) != 0,
          isReadable: header.p_flags & UInt32(PF_R) != 0))
    }
    guard !segments.isEmpty else { throw PluginFileErrors.notAPlugin(file.path, "it has no loadable segments") }
  }

  private mutating func readDynamic(
    _ headers: [GElf_Phdr], _ file: OpenedFile, hasInterpreter: Bool
  ) throws(XylemError) {
    func refuse(_ reason: String) -> XylemError { PluginFileErrors.notAPlugin(file.path, reason) }
    guard let dynamic = headers.first(where: { $0.p_type == UInt32(PT_DYNAMIC) }) else {
      throw refuse(hasInterpreter ? "it is an executable, not a shared object" : "it is not linked dynamically")
    }
    guard let offset = Int(exactly: dynamic.p_offset), let size = Int(exactly: dynamic.p_filesz), size <= 1 << 20,
      let bytes = file.bytes(size, at: offset)
    else { throw refuse("its dynamic section lies outside the file") }
    var entries: [(tag: UInt64, value: UInt64)] = []
    for start in stride(from: 0, to: bytes.count - 15, by: 16) {
      let tag = bytes.word64(at: start)
      if tag == UInt64(DT_NULL) { break }
      entries.append((tag, bytes.word64(at: start + 8)))
    }
    func value(_ tag: Int32) -> UInt64? { entries.first { $0.tag == UInt64(tag) }?.value }
    let isExecutable = value(DT_FLAGS_1).map { $0 & UInt64(DF_1_PIE) != 0 } ?? false
    guard !isExecutable else { throw refuse("it is an executable, not a shared object") }
    hasTextRelocations = value(DT_TEXTREL) != nil || (value(DT_FLAGS) ?? 0) & UInt64(DF_TEXTREL) != 0
    guard let table = value(DT_STRTAB).flatMap({ fileOffset(of: $0) }) else {
      throw refuse("its dynamic section has no string table")
    }
    func text(_ index: UInt64) throws(XylemError) -> String {
      let (place, overflow) = table.addingReportingOverflow(Int(truncatingIfNeeded: index))
      guard index < UInt64(file.byteCount), !overflow, let text = file.text(at: place) else {
        throw refuse("a name in its dynamic section lies outside the file")
      }
      return text
    }
    for entry in entries where entry.tag == UInt64(DT_NEEDED) { needed.append(try text(entry.value)) }
    if let index = value(DT_SONAME) { soname = try text(index) }
    if let index = value(DT_RUNPATH) { runpath = try text(index) }
    if runpath == nil, let index = value(DT_RPATH) { rpath = try text(index) }
  }

  private func fileOffset(of address: UInt64) -> Int? {
    for segment in segments where address >= segment.address && address - segment.address < UInt64(segment.fileSize) {
      return segment.offset + Int(address - segment.address)
    }
    return nil
  }

  /// The ranges of the note sections.
  private static func noteSections(_ elf: OpaquePointer) -> [(offset: UInt64, count: UInt64)] {
    var names = 0
    guard unsafe elf_getshdrstrndx(elf, &names) == 0 else { return [] }
    var found: [(offset: UInt64, count: UInt64)] = []
    var section: OpaquePointer?
    while let next = unsafe elf_nextscn(elf, section) {
      unsafe section = unsafe next
      var header = GElf_Shdr()
      guard unsafe gelf_getshdr(next, &header) != nil, header.sh_type != UInt32(SHT_NOBITS),
        let name = unsafe elf_strptr(elf, names, Int(header.sh_name)), unsafe strcmp(name, ".note.xylem") == 0
      else { continue }
      found.append((header.sh_offset, header.sh_size))
    }
    return found
  }

  private static func notes(
    _ elf: OpaquePointer, _ file: OpenedFile, offset: UInt64, count: UInt64
  ) throws(XylemError) -> [ElfNote] {
    guard count <= UInt64(noteLimit) else {
      throw PluginFileErrors.malformedNote(
        file.path, "the notes claim \(count) bytes; the limit is \(noteLimit)")
    }
    guard count > 0 else { return [] }
    guard let offset = Int64(exactly: offset),
      let data = unsafe elf_getdata_rawchunk(elf, offset, Int(count), ELF_T_NHDR)
    else { throw PluginFileErrors.malformedNote(file.path, "the notes lie outside the file") }
    return unsafe ElfNote.all(in: data)
  }
}

extension ElfFile {
  #if arch(x86_64)
    private static let machine = UInt16(EM_X86_64)
  #elseif arch(arm64)
    private static let machine = UInt16(EM_AARCH64)
  #endif

  private static func machineName(_ machine: UInt16) -> String {
    switch Int32(machine) {
    case EM_X86_64: "x86-64"
    case EM_AARCH64: "AArch64"
    case EM_386: "x86"
    case EM_ARM: "ARM"
    case EM_RISCV: "RISC-V"
    case EM_PPC64: "PowerPC 64"
    case EM_S390: "S/390"
    default: "number \(machine)"
    }
  }
}

extension [UInt8] {
  /// Returns four bytes as a little-endian number. The caller has checked the bounds.
  func word32(at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << UInt32(8 * $1) }
  }

  /// Returns eight bytes as a little-endian number. The caller has checked the bounds.
  func word64(at offset: Int) -> UInt64 { UInt64(word32(at: offset)) | UInt64(word32(at: offset + 4)) << 32 }
}
