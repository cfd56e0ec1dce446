internal import Foundation
internal import XylemErrors
internal import XylemFiles

/// What a process of a scan is asked to do: its only argument, as JSON.
struct ScanRequest: Codable, Sendable {
  /// The plugin's file, or the archive's, absolute.
  var path: String
  /// Whether the file is a TorchScript archive, which is loaded and no more.
  var isArchive: Bool?
  /// The SHA-256 that the file must have.
  var digest: String
  /// What to try of the leaves beyond loading; nil for nothing.
  var test: CheckTest?
  /// The leaf to try.
  var leaf: String?
  /// What to try it with.
  var sample: LeafSample?
  /// Seconds after which the process ends by itself, where nobody ends it.
  var seconds: Int
}

/// A line that such a process reports.
enum ScanMessage: Codable, Sendable {
  /// What it does from here on.
  case begin(ScanStep)
  /// Something is not as it should be, and the rest was left out.
  case failure(ErrorRecord)
  /// Nothing could be tried, and why.
  case notTried(String)
  /// Everything was tried; the text says what was found, where there is something to say.
  case done(String?)
}

/// What a process of a scan is doing.
enum ScanStep: Codable, Sendable, Hashable {
  case starting, loading, opening, leaves, ending
  case trying(String)

  /// As in "crashed while it …".
  var words: String {
    switch self {
    case .starting: "started"
    case .loading: "loaded the plugin's constructors and libraries"
    case .opening: "opened the plugin"
    case .leaves: "asked for the plugin's leaves"
    case .ending: "ended"
    case .trying(let what): what
    }
  }

  /// The stage of a plugin's report that an orderly failure belongs to.
  var stage: PluginReport.Stage {
    switch self {
    case .starting, .loading, .ending: .scan
    case .opening: .handshake
    case .leaves: .symbols
    case .trying: .selfTest
    }
  }
}

/// A fault that the guard of memory reported.
private struct GuardLine: Codable {
  struct Fault: Codable {
    var name: Int
    var offset: Int
  }
  var fault: Fault
}

/// What a process of a scan reported, read back.
struct ScanReport {
  var step = ScanStep.starting
  var failure: XylemError?
  var notTried: String?
  var detail: String?
  var isDone = false
  /// The number of the guarded memory that was touched, and where in it.
  var fault: (name: Int, offset: Int)?

  /// Reads the lines of a report, up to the first that makes no sense.
  ///
  /// - Throws: `plugin.scan-crashed` for that line.
  init(_ bytes: [UInt8], path: String) throws(XylemError) {
    // A line without its end was cut short with the process that wrote it.
    let whole = bytes[..<(bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0)]
    for line in whole.split(separator: UInt8(ascii: "\n")) {
      if let guardLine = try? BoundedJSON.decode(GuardLine.self, from: line) {
        fault = (guardLine.fault.name, guardLine.fault.offset)
        continue
      }
      guard let message = try? BoundedJSON.decode(ScanMessage.self, from: line) else {
        throw ScanErrors.incomprehensible(path, String(decoding: line, as: UTF8.self))
      }
      switch message {
      case .begin(let next): step = next
      case .failure(let record):
        failure = record.error
        if failure == nil { throw ScanErrors.incomprehensible(path, String(decoding: line, as: UTF8.self)) }
      case .notTried(let reason): notTried = reason
      case .done(let text): (isDone, detail) = (true, text)
      }
    }
  }
}
