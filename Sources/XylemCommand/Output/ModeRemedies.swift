internal import XylemErrors
internal import XylemExtract
internal import XylemTrace

/// Options that ask for nodes in the modes that have them.
struct ModeRemedies {
  /// Which options a command has to ask with.
  enum Options {
    /// None: it runs in one mode.
    case none
    /// `--mode` and `--return`.
    case mode
    /// `--mode`, `--return`, `--train-return` and `--eval-return`.
    case returns
  }

  /// The traces, as far as the model can be traced.
  let traces: [Mode: Trace]

  /// Whether something is asked for that a mode lacks and the other has.
  func isSplit(_ requests: [ReturnRequest], in mode: Mode) -> Bool {
    requests.contains { !has($0, mode) && has($0, mode.other) }
  }

  /// What to give for a run in one mode that lacks some of what is asked for; empty where the other mode has nothing of that.
  ///
  /// - Parameter isForBoth: whether it is asked for with `--return`, which counts in the other mode too.
  func run(_ requests: [ReturnRequest], in mode: Mode, isForBoth: Bool, _ options: Options) -> [String] {
    guard options != .none, isSplit(requests, in: mode) else { return [] }
    let other = mode.other
    let there = requests.filter { has($0, other) }
    var remedies: [String] = []
    if isForBoth, there.count == requests.count { remedies.append("--mode \(other.rawValue)  # has it") }
    let words = Self.words(there)
    if options == .returns {
      remedies.append(
        "--\(other.rawValue)-return \(words) --mode \(other.rawValue)  # what \(other.rawValue) mode has of it")
    } else if remedies.isEmpty {
      remedies.append("--return \(words) --mode \(other.rawValue)  # what \(other.rawValue) mode has of it")
    }
    return remedies
  }

  /// What to give for an extractor of both modes, one of which lacks something: in each mode what it has, and what is nearest, or
  /// the model's output, where that is nothing.
  func both(_ requests: [Mode: [ReturnRequest]]) -> [String] {
    guard requests.contains(where: { isSplit($0.value, in: $0.key) }) else { return [] }
    var lists: [Mode: [ReturnRequest]] = [:]
    for (mode, asked) in requests { lists[mode, default: []] += asked.filter { has($0, mode) } }
    for (mode, asked) in requests {
      for request in asked where !has(request, mode) && has(request, mode.other) {
        if lists[mode.other]?.contains(request) != true { lists[mode.other, default: []].append(request) }
      }
    }
    let options = [Mode.train, .eval].compactMap { mode -> String? in
      guard var list = lists[mode] else { return nil }
      if list.isEmpty, let first = requests[mode]?.first, let trace = traces[mode] {
        list = [
          ReturnRequest(nearMisses(of: first.node, among: trace.nodeNames, limit: 1).first ?? "output", as: first.key)
        ]
      }
      return "--\(mode.rawValue)-return \(Self.words(list))"
    }
    return [options.joined(separator: " ")]
  }

  private func has(_ request: ReturnRequest, _ mode: Mode) -> Bool {
    traces[mode].map { request.isFound(in: $0) } ?? false
  }

  private static func words(_ requests: [ReturnRequest]) -> String {
    requests.map { shellWord($0.node + ($0.key.map { "=" + $0 } ?? "")) }.joined(separator: " ")
  }
}

extension Mode {
  /// The mode that this one is not.
  var other: Mode { self == .train ? .eval : .train }
}
