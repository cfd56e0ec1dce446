/// What a supervised process tells its supervisor, as it goes over the pipe: a letter, a text and a zero byte.
enum ChildReport: Hashable, Sendable {
  /// What the process does from here on, as in "loading model.pt".
  case stage(String)
  /// A temporary file is about to be made.
  case made(String)
  /// A temporary file is gone.
  case gone(String)

  /// The bytes of the report.
  var bytes: [UInt8] {
    let (letter, text): (UInt8, String) =
      switch self {
      case .stage(let words): (UInt8(ascii: "s"), words)
      case .made(let path): (UInt8(ascii: "+"), path)
      case .gone(let path): (UInt8(ascii: "-"), path)
      }
    return [letter] + text.utf8.filter { $0 != 0 } + [0]
  }

  /// The report of some bytes without the zero at their end; nil where they are none.
  init?(_ bytes: some Collection<UInt8>) {
    guard let letter = bytes.first else { return nil }
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    switch letter {
    case UInt8(ascii: "s"): self = .stage(text)
    case UInt8(ascii: "+"): self = .made(text)
    case UInt8(ascii: "-"): self = .gone(text)
    default: return nil
    }
  }
}

/// Puts together what a pipe gives in pieces, and keeps what is known from it.
struct ChildReports {
  private var rest: [UInt8] = []
  /// What the process does; empty before its first report.
  private(set) var stage = ""
  /// The files that it loaded, and the one that it loads, in order.
  private(set) var loaded: [String] = []
  /// Temporary files that are there, or may be.
  private(set) var temporaries: Set<String> = []

  private static let loading = "loading "

  /// Whether it loads a file.
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
    }
  }
}
