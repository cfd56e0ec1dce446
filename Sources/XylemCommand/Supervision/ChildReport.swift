/// A message of a supervised process to its supervisor, as sent over the pipe: a letter, a string and a zero byte.
enum ChildReport: Hashable, Sendable {
  /// The current work of the process, as in "loading model.pt".
  case stage(String)
  /// A temporary file is about to be created.
  case made(String)
  /// A temporary file was removed.
  case gone(String)
  /// An engine begins to do what can crash the process, or has done it.
  case engine(isActive: Bool)

  /// The bytes of the message.
  var bytes: [UInt8] {
    let (letter, text): (UInt8, String) =
      switch self {
      case .stage(let words): (UInt8(ascii: "s"), words)
      case .made(let path): (UInt8(ascii: "+"), path)
      case .gone(let path): (UInt8(ascii: "-"), path)
      case .engine(let isActive): (UInt8(ascii: "e"), isActive ? "1" : "0")
      }
    return [letter] + text.utf8.filter { $0 != 0 } + [0]
  }

  /// The message for bytes without their trailing zero. Nil if they are malformed.
  init?(_ bytes: some Collection<UInt8>) {
    guard let letter = bytes.first else { return nil }
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    switch letter {
    case UInt8(ascii: "s"): self = .stage(text)
    case UInt8(ascii: "+"): self = .made(text)
    case UInt8(ascii: "-"): self = .gone(text)
    case UInt8(ascii: "e"): self = .engine(isActive: text == "1")
    default: return nil
    }
  }
}

/// Assembles messages from the pieces that a pipe delivers, and keeps the state that they describe.
struct ChildReports {
  private var rest: [UInt8] = []
  /// The current work of the process. Empty before its first message.
  private(set) var stage = ""
  /// The files that the process has loaded or is loading, in order.
  private(set) var loaded: [String] = []
  /// Whether an engine loads, compiles or runs for the first time.
  private(set) var usesEngine = false
  /// Temporary files that exist or may exist.
  private(set) var temporaries: Set<String> = []

  private static let loading = "loading "

  /// Whether the process is loading a file.
  var isLoading: Bool { stage.hasPrefix(Self.loading) }

  /// Whether it runs code of a file's modules without limits of its own: `__setstate__` while it loads, `__getstate__` while it saves.
  var runsUnlimitedCode: Bool { isLoading || stage.hasPrefix("saving ") && !loaded.isEmpty }

  mutating func add(_ bytes: some Collection<UInt8>) {
    rest += bytes
    while let end = rest.firstIndex(of: 0) {
      if let report = ChildReport(rest[..<end]) { add(report) }
      rest.removeSubrange(...end)
    }
  }

  private mutating func add(_ report: ChildReport) {
    switch report {
    case .stage(let words):
      stage = words
      if isLoading { loaded.append(String(words.dropFirst(Self.loading.count))) }
    case .made(let path): temporaries.insert(path)
    case .gone(let path): temporaries.remove(path)
    case .engine(let isActive): usesEngine = isActive
    }
  }
}
