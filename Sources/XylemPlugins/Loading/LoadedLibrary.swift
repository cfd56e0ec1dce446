internal import CXylem
internal import CXylemGuard
internal import Glibc
internal import XylemErrors
internal import XylemGraph

/// A plugin's library in this process, for the life of the process, and the steps from its entry to its leaves.
///
/// Everything that the library reports is compared with its note, and nothing is read beyond the sizes that both sides
/// know.
@safe struct LoadedLibrary {
  private let path: String
  private nonisolated(unsafe) let handle: UnsafeMutableRawPointer

  /// The structures of a plugin's leaves; constant for the life of the process.
  @safe struct Leaves {
    nonisolated(unsafe) var modules: [UnsafePointer<xylem_leaf_module_type>] = unsafe []
    nonisolated(unsafe) var functions: [UnsafePointer<xylem_leaf_function>] = unsafe []
  }

  /// Loads a file with all symbols bound and none visible to other libraries. Its constructors run.
  ///
  /// - Throws: `plugin.unloadable`.
  init(path: String) throws(XylemError) {
    guard let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "the loader gave no reason"
      throw LoadErrors.unloadable(path, reason: reason)
    }
    self.path = path
    unsafe self.handle = unsafe handle
  }

  /// Whether the mapped bytes are those of an opened file, as far as the loader does not write into them: code and
  /// constants.
  func isMapping(of file: OpenedFile, _ elf: ElfFile) -> Bool {
    guard !elf.hasTextRelocations else { return true }
    var base: UInt = 0
    guard unsafe xylem_library_base(handle, &base) == 0 else { return false }
    for segment in elf.segments where segment.isReadable && !segment.isWritable && segment.fileSize > 0 {
      var offset = 0
      while offset < segment.fileSize {
        let count = min(1 << 20, segment.fileSize - offset)
        guard let bytes = file.bytes(count, at: segment.offset + offset),
          let place = unsafe UnsafeRawPointer(bitPattern: base + UInt(segment.address) + UInt(offset)),
          unsafe xylem_is_mapped_copy(bytes, place, count) != 0
        else { return false }
        offset += count
      }
    }
    return true
  }

  /// Checks the entry, and opens the plugin.
  ///
  /// - Throws: `plugin.missing-symbol`, `plugin.wrong-magic`, `plugin.short-struct`, `plugin.abi-too-new`, `plugin.mismatch`,
  ///   `plugin.open-failed`, `plugin.unknown-extension`.
  func handshake(_ manifest: PluginManifest, host: UnsafePointer<xylem_host>) throws(XylemError) {
    let entry = try unsafe entry()
    let needed = unsafe ABIVersion(rawValue: entry.pointee.abi_needed)
    guard needed.isMet(by: .host) else { throw PluginFileErrors.abiTooNew(path, needed: needed, host: .host) }
    try unsafe compare(entry, manifest)
    var error = unsafe xylem_error()
    let status = unsafe entry.pointee.open(host, &error)
    guard status == XYLEM_OK else {
      let reason = unsafe error.message.map { unsafe String(cString: $0) } ?? "the plugin gave no reason"
      unsafe error.release?(&error)
      throw LoadErrors.openFailed(path, id: manifest.id, status: status.rawValue, reason: reason)
    }
    for id in Self.unknownExtensions where unsafe entry.pointee.extension(id) != nil {
      throw LoadErrors.unknownExtension(path, plugin: manifest.id, extension: id)
    }
  }

  /// No plugin has these extensions; one is a known name with a future revision.
  static let unknownExtensions = ["org.xylem.nobody-has-this/1", "xylem.leaf-modules/4000000000", ""]

  private func compare(_ entry: UnsafePointer<xylem_plugin_entry>, _ manifest: PluginManifest) throws(XylemError) {
    func check(_ what: String, _ found: String, _ noted: String) throws(XylemError) {
      guard found == noted else {
        throw LoadErrors.mismatch(path, of: "the plugin's \(what)", note: noted, table: found)
      }
    }
    let found = unsafe entry.pointee
    try unsafe check("id", text(found.id) ?? "none", manifest.id)
    try unsafe check("name", text(found.name) ?? "none", manifest.name)
    try unsafe check("version", text(found.version) ?? "none", manifest.version)
    try unsafe check("ABI", "\(ABIVersion(rawValue: found.abi_version))", "\(manifest.abi)")
    try unsafe check("oldest ABI", "\(ABIVersion(rawValue: found.abi_needed))", "\(manifest.abiNeeded)")
  }

  /// The entry, of the right magic and size, with both functions.
  private func entry() throws(XylemError) -> UnsafePointer<xylem_plugin_entry> {
    guard let symbol = unsafe dlsym(handle, "xylem_plugin") else { throw LoadErrors.missingSymbol(path) }
    // A library that this one needs may be a plugin too. Its entry is not this one's.
    var (base, library): (UInt, UnsafeRawPointer?) = (0, nil)
    let size = unsafe xylem_symbol_size(symbol, &library)
    guard unsafe xylem_library_base(handle, &base) == 0, UInt(bitPattern: library) == base else {
      throw LoadErrors.missingSymbol(path)
    }
    let expected = unsafe MemoryLayout<xylem_plugin_entry>.size
    guard size >= 8 else { throw LoadErrors.shortStruct(path, what: "xylem_plugin", size: size, expected: expected) }
    let magic = unsafe symbol.load(fromByteOffset: 4, as: UInt32.self)
    guard magic == UInt32(XYLEM_PLUGIN_MAGIC) else { throw LoadErrors.wrongMagic(path, found: magic) }
    let claimed = Int(unsafe symbol.load(as: UInt32.self))
    guard min(size, claimed) >= expected else {
      throw LoadErrors.shortStruct(path, what: "xylem_plugin", size: min(size, claimed), expected: expected)
    }
    let entry = unsafe UnsafePointer(symbol.assumingMemoryBound(to: xylem_plugin_entry.self))
    guard unsafe entry.pointee.open != nil, unsafe entry.pointee.extension != nil else {
      throw LoadErrors.missingMember(path, "xylem_plugin", unsafe entry.pointee.open == nil ? "open" : "extension")
    }
    return unsafe entry
  }

  /// Returns the leaves, which must be those of the note.
  ///
  /// - Throws: `plugin.short-struct`, `plugin.mismatch`, `plugin.duplicate-name`.
  func leaves(_ manifest: PluginManifest) throws(XylemError) -> Leaves {
    let entry = try unsafe entry()
    var leaves = Leaves()
    if let table = unsafe entry.pointee.extension(XYLEM_LEAF_MODULES_1) {
      let list = unsafe table.assumingMemoryBound(to: xylem_leaf_modules.self)
      try unsafe checkSize("xylem_leaf_modules", list.pointee.struct_size, MemoryLayout<xylem_leaf_modules>.size)
      for index in 0..<(try count(of: "leaf modules", unsafe list.pointee.count)) {
        guard let item = unsafe list.pointee.items?[index] else {
          throw LoadErrors.missingMember(path, XYLEM_LEAF_MODULES_1, "item \(index)")
        }
        try unsafe checkSize(
          "xylem_leaf_module_type", item.pointee.struct_size, MemoryLayout<xylem_leaf_module_type>.size)
        unsafe leaves.modules.append(item)
      }
    }
    if let table = unsafe entry.pointee.extension(XYLEM_LEAF_FUNCTIONS_1) {
      let list = unsafe table.assumingMemoryBound(to: xylem_leaf_functions.self)
      try unsafe checkSize("xylem_leaf_functions", list.pointee.struct_size, MemoryLayout<xylem_leaf_functions>.size)
      for index in 0..<(try count(of: "leaf functions", unsafe list.pointee.count)) {
        guard let item = unsafe list.pointee.items?[index] else {
          throw LoadErrors.missingMember(path, XYLEM_LEAF_FUNCTIONS_1, "item \(index)")
        }
        try unsafe checkSize("xylem_leaf_function", item.pointee.struct_size, MemoryLayout<xylem_leaf_function>.size)
        unsafe leaves.functions.append(item)
      }
    }
    try compare(leaves, manifest)
    return leaves
  }

  private func checkSize(_ what: String, _ found: UInt32, _ expected: Int) throws(XylemError) {
    guard Int(found) >= expected else {
      throw LoadErrors.shortStruct(path, what: what, size: Int(found), expected: expected)
    }
  }

  /// More leaves than a note of the maximum size can name are not plausible.
  private func count(of what: String, _ count: UInt32) throws(XylemError) -> Int {
    guard count <= UInt32(ElfFile.noteLimit / 32) else {
      throw LoadErrors.mismatch(path, of: "the number of \(what)", note: "a few", table: "\(count)")
    }
    return Int(count)
  }

  private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }
}

extension LoadedLibrary {
  private func compare(_ leaves: Leaves, _ manifest: PluginManifest) throws(XylemError) {
    var modules: [PluginManifest.LeafModule] = []
    for index in unsafe leaves.modules.indices {
      let raw = unsafe leaves.modules[index]
      let leaf = unsafe raw.pointee
      guard let type = unsafe text(leaf.type_name) else {
        throw LoadErrors.missingMember(path, "a leaf module", "type_name")
      }
      let module = unsafe PluginManifest.LeafModule(
        type: type, mode: leaf.mode, threading: leaf.threading, flags: leaf.flags, writes: leaf.writes,
        summary: text(leaf.summary) ?? "")
      let missing = unsafe [
        ("create", leaf.create == nil), ("call", leaf.call == nil), ("destroy", leaf.destroy == nil),
      ]
      if module.replacesForward, let member = missing.first(where: { $0.1 }) {
        throw LoadErrors.missingMember(path, "the leaf module '\(type)', which replaces forward,", member.0)
      }
      modules.append(module)
    }
    try compare(
      "leaf module", modules.map { ($0.type, Self.words($0)) }, manifest.modules.map { ($0.type, Self.words($0)) })
    var functions: [PluginManifest.LeafFunction] = []
    for index in unsafe leaves.functions.indices {
      let raw = unsafe leaves.functions[index]
      let leaf = unsafe raw.pointee
      guard let name = unsafe text(leaf.name), let signature = unsafe text(leaf.signature) else {
        throw LoadErrors.missingMember(path, "a leaf function", unsafe leaf.name == nil ? "name" : "signature")
      }
      let backward = unsafe text(leaf.backward_signature) ?? ""
      guard unsafe leaf.function != nil else {
        throw LoadErrors.missingMember(path, "the leaf function '\(name)'", "function")
      }
      guard unsafe (leaf.backward == nil) == backward.isEmpty else {
        throw LoadErrors.missingMember(
          path, "the leaf function '\(name)'", backward.isEmpty ? "backward_signature" : "backward")
      }
      functions.append(
        unsafe PluginManifest.LeafFunction(
          name: name, signature: signature, operatorName: text(leaf.operator_name) ?? "", backwardSignature: backward,
          summary: text(leaf.summary) ?? "", threading: leaf.threading, flags: leaf.flags,
          isDerived: leaf.is_derived != 0))
    }
    try compare(
      "leaf function", functions.map { ($0.name, Self.words($0)) }, manifest.functions.map { ($0.name, Self.words($0)) }
    )
  }

  /// Compares leaves by name: the linker may have ordered notes and table differently.
  private func compare(
    _ kind: String, _ table: [(name: String, text: String)], _ note: [(name: String, text: String)]
  ) throws(XylemError) {
    for leaves in [table, note] {
      var seen: Set<String> = []
      for leaf in leaves where !seen.insert(leaf.name).inserted {
        throw LoadErrors.duplicateName("the \(kind) '\(leaf.name)'", first: path, second: path)
      }
    }
    for leaf in table {
      let noted = note.first { $0.name == leaf.name }
      guard noted?.text == leaf.text else {
        throw LoadErrors.mismatch(path, of: "the \(kind) '\(leaf.name)'", note: noted?.text ?? "none", table: leaf.text)
      }
    }
    for leaf in note where !table.contains(where: { $0.name == leaf.name }) {
      throw LoadErrors.mismatch(path, of: "the \(kind) '\(leaf.name)'", note: leaf.text, table: "none")
    }
  }

  private static func words(_ module: PluginManifest.LeafModule) -> String {
    var words = ["mode \(module.mode.rawValue)", "threading \(module.threading.rawValue)"] + module.flags.words
    if !module.writes.isEmpty { words.append("writes \(module.writes.map(String.init).joined(separator: ", "))") }
    if !module.summary.isEmpty { words.append("'\(module.summary)'") }
    return words.joined(separator: ", ")
  }

  private static func words(_ function: PluginManifest.LeafFunction) -> String {
    var words = [function.signature, "threading \(function.threading.rawValue)"]
    if function.isDerived { words.append("derived") }
    words += function.flags.words
    if let name = function.operatorName { words.append("operator \(name)") }
    if let backward = function.backwardSignature { words.append("backward \(backward)") }
    if !function.summary.isEmpty { words.append("'\(function.summary)'") }
    return words.joined(separator: ", ")
  }
}
