/// What a worker tells its overseer: a letter, a text and a zero byte. Stages come from the command line itself, as `s`, and crashes from
/// the handler of signals, as `c`.
enum Message: Hashable {
  /// An input is tried from here on, with the arguments of its command.
  case begin(index: Int, command: String)
  case end(Outcome)
  case stage(String)
  case crash(String)
  /// The worker can't work.
  case failure(String)

  private static let separator: Character = "\u{1F}"

  var bytes: [UInt8] {
    let text =
      switch self {
      case .begin(let index, let command): "b\(index)\(Self.separator)\(command)"
      case .end(let outcome): "e\(outcome.text)"
      case .stage(let words): "s\(words)"
      case .crash(let frames): "c\(frames)"
      case .failure(let words): "f\(words)"
      }
    return text.utf8.filter { $0 != 0 } + [0]
  }

  init?(_ bytes: some Collection<UInt8>) {
    guard let letter = bytes.first else { return nil }
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    switch Character(UnicodeScalar(letter)) {
    case "b":
      let parts = text.split(separator: Self.separator, maxSplits: 1)
      guard parts.count == 2, let index = Int(parts[0]) else { return nil }
      self = .begin(index: index, command: String(parts[1]))
    case "e": self = .end(Outcome(text: text))
    case "s": self = .stage(text)
    case "c": self = .crash(text)
    case "f": self = .failure(text)
    default: return nil
    }
  }
}

/// What became of an input.
enum Outcome: Hashable {
  case succeeded
  /// Refused with the error of this id.
  case refused(String)
  /// Something that may not happen, in words.
  case wrong(String)
  /// A signal within the runtime's own code, with the place.
  case runtimeCrash(String)
  /// A fault that the input alone does not show: another one in the same process damaged it, or the machine was busy.
  case unrepeated(String)
  /// More time or memory than a file of that size gets while it is loaded.
  case overloaded
  /// The model itself ran too long, or took too much, when it was run.
  case heavyModel

  /// Whether it counts as a fault of ours.
  var isFault: Bool { if case .wrong = self { true } else { false } }

  var text: String {
    switch self {
    case .succeeded: "succeeded"
    case .refused(let id): "refused: \(id)"
    case .wrong(let words): "WRONG: \(words)"
    case .runtimeCrash(let place): "crash in libtorch: \(place)"
    case .unrepeated(let words): "not repeated alone: \(words)"
    case .overloaded: "ended while loading: runtime.overloaded"
    case .heavyModel: "ended while the model ran"
    }
  }

  /// What is told over the pipe.
  init(text: String) {
    func rest(_ prefix: String) -> String? { text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil }
    if let id = rest("refused: ") {
      self = .refused(id)
    } else if let words = rest("WRONG: ") {
      self = .wrong(words)
    } else {
      self = .succeeded
    }
  }
}
