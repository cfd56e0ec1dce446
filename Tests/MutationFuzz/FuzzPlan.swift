import Foundation

/// What is damaged.
enum FuzzKind: String, CaseIterable {
  /// TorchScript archives: their zip file, pickles and code.
  case archives
  /// Saved extractors, with checksums that are right again.
  case extractors
  /// Archives of one operator with literals.
  case operators
  /// Archives of torch.export: their zip file and JSON.
  case exported
  /// Arrow files and streams, which are read without a command.
  case arrow

  /// How the file of an input is called.
  var fileName: String {
    switch self {
    case .extractors: "input.xylem"
    case .exported: "input.pt2"
    case .arrow: "input.arrow"
    case .archives, .operators: "input.pt"
    }
  }
}

/// Which inputs are tried, and where.
///
/// Taken from the environment: `XYLEM_FUZZ_SEED`, `XYLEM_FUZZ_COUNT`, `XYLEM_FUZZ_FROM`, `XYLEM_FUZZ_KIND`, `XYLEM_FUZZ_JOBS` and
/// `XYLEM_FUZZ_FOLDER`. The same seed gives the same inputs.
struct FuzzPlan {
  var kinds = FuzzKind.allCases
  var seed: UInt64 = 20_261_130
  /// The first input of each kind, and how many there are.
  var first = 0
  var count = 10_000
  /// Processes at a time.
  var jobs = max(1, ProcessInfo.processInfo.activeProcessorCount)
  /// Where inputs are kept that did harm.
  var folder = "fuzz-failures"

  init(_ environment: [String: String]) {
    if let kind = environment["XYLEM_FUZZ_KIND"].flatMap(FuzzKind.init) { kinds = [kind] }
    func number(_ name: String) -> Int? { environment["XYLEM_FUZZ_" + name].flatMap { Int($0) } }
    seed = environment["XYLEM_FUZZ_SEED"].flatMap { UInt64($0) } ?? seed
    first = max(0, number("FROM") ?? first)
    count = max(0, number("COUNT") ?? count)
    jobs = max(1, number("JOBS") ?? jobs)
    folder = environment["XYLEM_FUZZ_FOLDER"] ?? folder
  }

  /// How one input is tried again.
  func command(_ kind: FuzzKind, _ index: Int, count: Int = 1) -> String {
    "make fuzz XYLEM_FUZZ_KIND=\(kind.rawValue) XYLEM_FUZZ_SEED=\(seed) XYLEM_FUZZ_FROM=\(index) XYLEM_FUZZ_COUNT=\(count)"
  }
}

/// The checkout.
enum Checkout {
  static let folder: URL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}
