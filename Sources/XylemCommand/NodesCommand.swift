internal import ArgumentParser
internal import Foundation
internal import XylemErrors
internal import XylemTrace

struct NodesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nodes", abstract: "Lists the names of a model's nodes in execution order.")

  @OptionGroup var options: ModelOptions
  @Option(help: "eval, train or both.") var mode: String = "eval"
  @Option var format: String = "text"
  @Flag var timing = false

  func run() throws {
    let model = try options.load()
    let clock = ContinuousClock()
    let start = clock.now
    let train = try model.trace(options.traceOptions(.train, recordsLocations: false))
    let eval = try model.trace(options.traceOptions(.eval, recordsLocations: false))
    if timing {
      Terminal.error("\(clock.now - start)")
      for _ in 0..<5 {
        let start = clock.now
        _ = try model.trace(options.traceOptions(.train, recordsLocations: false))
        _ = try model.trace(options.traceOptions(.eval, recordsLocations: false))
        Terminal.error("\(clock.now - start)")
      }
    }
    for note in eval.notes { Terminal.error("\(note.kind.rawValue) \(note.path) \(note.type ?? "") \(note.node ?? "") \(note.reason) \(note.location.map { "\($0)" } ?? "") hides \(note.hiddenModules)") }
    let object: [String: Any] = ["train": train.nodeNames, "eval": eval.nodeNames]
    Terminal.output(String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self))
  }
}
