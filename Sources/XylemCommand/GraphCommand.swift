internal import ArgumentParser
internal import Foundation
internal import XylemErrors
internal import XylemGraph
internal import XylemTrace

/// `xylem graph`: the trace itself.
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Prints a model's trace, to look at or to feed to other tools.",
    discussion: """
      xylem graph model.pt --format dot | dot -Tsvg > model.svg

      'table' is a line for each node, 'dot' the language of Graphviz, 'json' the whole trace with its module calls. 'html' \
      and 'swift' are not available yet.
      """)

  /// The formats of a graph.
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, dot, json, html, swift }

  @OptionGroup var options: ModelOptions
  @Option(help: "The mode that is traced.") var mode: Mode = .eval
  @Option(help: "The output's format.") var format: Format = .table

  mutating func run() throws {
    if format == .html || format == .swift {
      throw CommandErrors.unavailable(
        "--format \(format.rawValue)", remedies: ["--format table", "--format dot", "--format json"])
    }
    try options.checkOutput()
    let model = try options.load()
    let trace = try Progress.during("tracing") { try model.trace(options.traceOptions(mode)) }
    for line in MergedNotes([trace]).lines(listsAll: false) { Terminal.error(line) }
    switch format {
    case .dot: try options.emit(trace.graph.dot(title: options.model))
    case .json: try options.emit(try json(of: trace))
    default: try options.emit(trace.graph.table())
    }
  }

  private func json(of trace: Trace) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let file = GraphFile(
      model: options.model, mode: trace.mode.rawValue, naming: trace.naming.rawValue, graph: trace.graph)
    return String(decoding: try encoder.encode(file), as: UTF8.self)
  }
}

/// The form of `xylem graph --format json`.
private struct GraphFile: Encodable {
  var schema = 1
  let model: String
  let mode: String
  let naming: String
  let graph: Graph
}
