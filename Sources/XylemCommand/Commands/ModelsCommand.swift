internal import ArgumentParser
internal import XylemErrors
internal import XylemNN
internal import XylemReport
internal import XylemTensor

/// `xylem models`: lists the built-in models.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the built-in models.",
    discussion: """
      xylem models
      xylem nodes resnet50

      A name can be used wherever a command takes a MODEL. Its weights are random unless --weights loads them.
      """)

  @OptionGroup var colors: ColorOptions
  @Option(help: "The output format.") var format: TextOrJSON = .text

  func run() throws {
    let rows = try ModelCatalog.current.models.map { try Row($0) }
    guard format == .text else {
      let list = JSONValue.array(rows.map(\.json))
      return try Terminal.output(JSONValue.object(["schema": .int(1), "models": list]).text)
    }
    var table = TextTable([.left, .right, .left, .left], headings: ["name", "parameters", "input", "model"])
    for row in rows { table.append([row.name, grouped(row.parameters), row.inputText, row.summary]) }
    try Terminal.output(table.text(Terminal.current.outputStyle))
  }

  private struct Row {
    let name: String
    let summary: String
    let parameters: Int
    let input: [Int]?

    init(_ definition: ModelDefinition) throws {
      name = definition.name
      summary = definition.summary
      input = definition.inputShape
      parameters = try definition.make().parameters().reduce(0) { try $0 + $1.tensor.count }
    }

    var inputText: String { input.map { $0.map(String.init).joined(separator: ",") } ?? "" }

    var json: JSONValue {
      .object([
        "name": .string(name), "summary": .string(summary), "parameters": .int(parameters),
        "inputShape": input.map { .array($0.map { .int($0) }) } ?? .null,
      ])
    }
  }
}
