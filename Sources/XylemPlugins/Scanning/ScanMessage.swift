internal import Foundation
internal import XylemErrors
internal import XylemFiles

/// The request to a scan process: its only argument, as JSON.
struct ScanRequest: Codable, Sendable {
  /// The absolute path of the plugin's file or of the archive.
  var path: String
  /// Whether the file is a TorchScript archive, which is only loaded.
  var isArchive: Bool?
  /// The required SHA-256 of the file.
  var digest: String
  /// The test of the leaves to run after loading; nil for none.
  var test: CheckTest?
  /// The leaf to try.
  var leaf: String?
  /// The sample to try it with.
  var sample: LeafSample?
  /// The number of seconds after which the process ends by itself, if nobody stops it.
  var seconds: Int
}

/// A line that a scan process reports.
enum ScanMessage: Codable, Sendable {
  /// The step that begins now.
  case begin(ScanStep)
  /// A step failed; the rest was left out.
  case failure(ErrorRecord)
  /// Nothing could be tried, with the reason.
  case notTried(String)
  /// Everything was tried. The string is an optional detail.
  case done(String?)
}

/// A step of a scan process.
enum ScanStep: Codable, Sendable, Hashable {
  case starting, loading, opening, leaves, ending
  case trying(String)

  /// Completes "crashed while it …".
  var words: String {
    switch self {
    case .starting: "started"
    case .loading: "loaded the plugin's constructors and libraries"
    case .opening: "opened the plugin"
    case .leaves: "requested the plugin's leaves"
    case .ending: "ended"
    case .trying(let what): what
    }
  }

  /// The stage of a plugin's report for a failure that is reported in order.
  var stage: PluginReport.Stage {
    switch self {
    case .starting, .loading, .ending: .scan
    case .opening: .handshake
    case .leaves: .symbols
    case .trying: .selfTest
    }
  }
}

/// A fault that the memory guard reported.
private struct GuardLine: Codable {
  struct Fault: Codable {
    var name: Int
    var offset: Int
  }
  var fault: Fault
}

/// The parsed report of a scan process.
struct ScanReport {
  var step = ScanStep.starting
  var failure: XylemError?
  var notTried: String?
  var detail: String?
  var isDone = false
  /// The number of the guarded memory that was written, and the offset in it.
  var fault: (name: Int, offset: Int)?

  /// Reads the lines of a report, up to the first invalid one.
  ///
  /// - Throws: `plugin.scan-crashed` for that line.
  init(_ bytes: [UInt8], path: String) throws(XylemError) {
    // A line without its end was cut off when its process ended.
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
