internal import Glibc

/// The loader's own index of the system's libraries, `/etc/ld.so.cache`.
struct LoaderCache: Sendable {
  private let paths: [String: [String]]

  /// Reads the index. One that is missing or has an unknown form is empty, as for the loader.
  init(path: String = "/etc/ld.so.cache") {
    guard let file = try? OpenedFile(path), file.byteCount <= 1 << 26,
      let bytes = file.bytes(file.byteCount, at: 0), bytes.count >= 48,
      bytes.starts(with: "glibc-ld.so.cache1.1".utf8)
    else {
      paths = [:]
      return
    }
    var paths: [String: [String]] = [:]
    let count = min(Int(bytes.word32(at: 20)), (bytes.count - 48) / 24)
    for entry in 0..<count {
      let start = 48 + 24 * entry
      guard let name = Self.text(bytes, at: Int(bytes.word32(at: start + 4))),
        let place = Self.text(bytes, at: Int(bytes.word32(at: start + 8)))
      else { continue }
      paths[name, default: []].append(place)
    }
    self.paths = paths
  }

  /// Returns the locations of libraries with the given name, for any machine.
  func candidates(_ name: String) -> [String] { paths[name] ?? [] }

  private static func text(_ bytes: [UInt8], at start: Int) -> String? {
    guard start < bytes.count, let end = bytes[start...].firstIndex(of: 0) else { return nil }
    return String(validating: bytes[start..<end], as: UTF8.self)
  }
}
