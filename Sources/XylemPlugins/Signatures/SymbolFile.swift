internal import CElfutils
internal import Glibc
internal import XylemErrors

/// The functions that a shared object exports, and their debug information.
///
/// Only reads the file; none of its code runs.
@safe
final class SymbolFile {
  /// An exported symbol.
  struct Symbol {
    let name: String
    /// The symbol's address in the file.
    let address: UInt64
    /// Whether it is of type `STT_FUNC` or similar.
    let type: UInt8

    var isFunction: Bool { Int32(type) == STT_FUNC || isChosenAtLoad }
    /// Whether the address is that of a resolver, which selects the function when the library is loaded.
    var isChosenAtLoad: Bool { Int32(type) == STT_GNU_IFUNC }
  }

  let path: String
  let symbols: [Symbol]
  private let file: OpenedFile
  private let elf: OpaquePointer

  /// Opens a file and reads its dynamic symbols.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `plugin.not-a-plugin` if it is not a regular file;
  ///   `plugin.unloadable` if it is not a shared object.
  init(path: String) throws(XylemError) {
    file = try OpenedFile(path)
    self.path = path
    _ = elf_version(UInt32(EV_CURRENT))
    guard let elf = unsafe elf_begin(file.descriptor, ELF_C_READ, nil) else {
      throw WrapErrors.unloadable(path, "it is not an ELF file")
    }
    var header = GElf_Ehdr()
    guard unsafe elf_kind(elf) == ELF_K_ELF, unsafe gelf_getehdr(elf, &header) != nil,
      Int32(header.e_type) == ET_DYN
    else {
      unsafe _ = elf_end(elf)
      throw WrapErrors.unloadable(path, "it is not a shared object")
    }
    unsafe self.elf = unsafe elf
    symbols = unsafe Self.dynamicSymbols(elf)
  }

  deinit { unsafe _ = elf_end(elf) }

  /// The SHA-256 of the file.
  ///
  /// - Throws: `file.unreadable`.
  func digest() throws(XylemError) -> String { try file.digest() }

  /// The types of a function according to the debug information in the file; nil if there is none.
  func declaration(of symbol: Symbol) -> FunctionDeclaration? {
    guard !symbol.isChosenAtLoad, let debug = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else { return nil }
    defer { unsafe _ = dwarf_end(debug) }
    return unsafe DebugInformation(debug).declaration(at: symbol.address)
  }

  private static func dynamicSymbols(_ elf: OpaquePointer) -> [Symbol] {
    var found: [Symbol] = []
    var section: OpaquePointer?
    while let next = unsafe elf_nextscn(elf, section) {
      unsafe section = unsafe next
      var header = GElf_Shdr()
      guard unsafe gelf_getshdr(next, &header) != nil, header.sh_type == UInt32(SHT_DYNSYM),
        let data = unsafe elf_getdata(next, nil)
      else { continue }
      var index: CInt = 0
      var symbol = GElf_Sym()
      while unsafe gelf_getsym(data, index, &symbol) != nil {
        index += 1
        guard symbol.st_shndx != 0, let name = unsafe elf_strptr(elf, Int(header.sh_link), Int(symbol.st_name)) else {
          continue
        }
        unsafe found.append(
          Symbol(name: String(cString: name), address: symbol.st_value, type: symbol.st_info & 0xf))
      }
    }
    return found
  }
}
