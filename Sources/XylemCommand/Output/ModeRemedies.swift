internal import XylemErrors
internal import XylemExtract
internal import XylemTrace

/// Options that request nodes in the modes that have them.
struct ModeRemedies {
  /// The options that a command has for requests.
  enum Options {
    /// None: the command runs in one mode.
    case none
    /// `--mode` and `--return`.
    case mode
    /// `--mode`, `--return`, `--train-return` and `--eval-return`.
    case returns
  }

  /// The traces of the modes that can be traced.
  let traces: [Mode: Trace]

  /// Whether a mode lacks a requested node that the other mode has.
  func isSplit(_ requests: [ReturnRequest], in mode: Mode) -> Bool {
    requests.contains { !has($0, mode) && has($0, mode.other) }
  }

  /// The options for a run in one mode that lacks some requested nodes. Empty if the other mode has none of them.
  ///
  /// - Parameter isForBoth: whether the nodes are requested with `--return`, which applies to the other mode too.
  func run(_ requests: [ReturnRequest], in mode: Mode, isForBoth: Bool, _ options: Options) -> [String] {
    guard options != .none, isSplit(requests, in: mode) else { return [] }
    let other = mode.other
    let there = requests.filter { has($0, other) }
    var remedies: [String] = []
    if isForBoth, there.count == requests.count { remedies.append("--mode \(other.rawValue)  # has it") }
    let words = Self.words(there)
    if options == .returns {
      remedies.append(
        "--\(other.rawValue)-return \(words) --mode \(other.rawValue)  # the nodes that \(other.rawValue) mode has")
    } else if remedies.isEmpty {
      remedies.append("--return \(words) --mode \(other.rawValue)  # the nodes that \(other.rawValue) mode has")
    }
    return remedies
  }

  /// The options for an extractor of both modes if one of them lacks a node: for each mode the nodes that it has. If it
  /// has none, the nearest node, or the model's output.
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
  /// The other mode.
  var other: Mode { self == .train ? .eval : .train }
}
