internal import ArgumentParser
internal import Foundation
internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemImage
internal import XylemNN
internal import XylemReport
internal import XylemTensor
internal import XylemTrace

/// `xylem graph`: prints the trace itself.
struct GraphCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Print a model's trace, for reading or for other tools.",
    discussion: """
      xylem graph model.pt --format dot | dot -Tsvg > model.svg
      xylem graph model.pt --format html --return layer1 layer4 --input photo.jpg -o model.html

      'table' prints one line per node, 'dot' the language of Graphviz, 'json' the whole trace with its module calls, 'html' a page \
      with a drawing and a list of the nodes, where --return shows what is computed for a request and what is pruned, and --input \
      each value's shape and the pictures of the requested values. 'swift' writes a class that computes the requested nodes, or the \
      output, from the model's weights, with built-in layers as operators.
      """)

  /// The formats of a graph.
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, dot, json, html, swift }

  @OptionGroup var options: ModelOptions
  @Option(help: "The mode to trace.") var mode: Mode = .eval
  @Option(
    name: .customLong("return"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "With --format html: show what is computed to return these, and what is pruned. With --format swift: return these. (default for swift: output)",
      valueName: "node[=key]"))
  var requests: [String] = []
  @Option(
    help: ArgumentHelp(
      "With --format html: run the model on an input of this shape, as in 1,3,224,224, and show each value's shape.",
      valueName: "sizes"))
  var inputShape: InputShape?
  @Option(
    name: .customLong("input"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "With --format html: run the model on PNG or JPEG images, or on one .safetensors, .npz or .npy file; show each value's shape and draw the values of --return.",
      valueName: "file"),
    completion: .file())
  var inputs: [String] = []
  @OptionGroup var images: ImageOptions
  @Option(help: "The output format.") var format: Format = .table

  func validate() throws {
    if format != .html, inputShape != nil || !inputs.isEmpty {
      throw ValidationError("'--input' and '--input-shape' need '--format html'", remedies: ["--format html"])
    }
    if format != .html, format != .swift, !requests.isEmpty {
      throw ValidationError(
        "'--return' needs '--format html' or '--format swift'", remedies: ["--format html", "--format swift"])
    }
    if inputShape != nil, !inputs.isEmpty {
      throw ValidationError("'--input' and '--input-shape' exclude each other: the input has a shape")
    }
    if options.castsInputsAlone, inputShape == nil, inputs.isEmpty {
      throw ValidationError("'--dtype' has no effect without '--input' or '--input-shape': the model does not run")
    }
    try images.check(inputs: inputs)
    try ModelOptions.check(requests: requests)
  }

  mutating func run() throws {
    try options.checkOutput(reading: inputs)
    let model = try options.load()
    guard format != .swift else { return try options.emit(code(of: model)) }
    try options.keepInputs(inputs, of: model)
    let trace = try Progress.during("tracing") { try model.trace(options.traceOptions(mode)) }
    let notes = MergedNotes([trace])
    for line in notes.lines(options.notes ? .all : .grouped) { Terminal.error(line) }
    switch format {
    case .dot: try options.emit(trace.graph.dot(title: options.model))
    case .html: try options.emit(page(of: trace, model, notes: notes.lines(.all)).render())
    case .json: try options.emit(try json(of: trace))
    case .table, .swift: try options.emit { table(of: trace.graph, $0) }
    }
  }

  private func table(of graph: Graph, _ style: OutputStyle) -> String {
    guard style != .plain else { return graph.table() }
    let rows = graph.tableRows()
    var table = TextTable(Array(repeating: .left, count: rows[0].count), headings: rows[0], dispensable: [4, 3, 5])
    for row in rows.dropFirst() { table.append(row) }
    return table.text(style)
  }

  private func page(of trace: Trace, _ model: LoadedModel, notes: [String]) throws -> GraphHTMLReport {
    var side = DiffSide(trace, of: model.model)
    side.label = "\(trace.mode.rawValue) mode"
    var report = GraphHTMLReport(model: options.model, side: side, notes: notes)
    let arguments = try arguments(for: trace, model)
    if let arguments {
      let run = try ShapeProbe(model: model, trace: trace, options: options).run(arguments)
      report.shapes = run.tensors.mapValues { "\($0.shape) \($0.dtype)" }
      report.multiplyAdds = run.counts.compactMapValues { count in
        let total = count.multiplyAdds > 0 ? [grouped(count.multiplyAdds)] : []
        let parts = total + count.uncounted.map { "\($0) is not counted" }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
      }
    }
    guard !requests.isEmpty else { return report }
    let extractor = try options.extractor(
      of: model, returning: requests.map { ReturnRequest(parsing: $0) }, mode: mode, isSilent: true, remedies: .mode)
    let plan = extractor.plan
    var keys: [NodeID: [String]] = [:]
    for (key, nodes) in zip(plan.keys, plan.valueNodes) {
      for node in Set(nodes) { keys[node, default: []].append(key) }
    }
    report.extraction = .init(keys: keys, computed: Set(plan.graph.nodes.map(\.id)))
    if let arguments, !inputs.isEmpty { report.pictures = try pictures(of: extractor, arguments) }
    return report
  }

  /// A class of Swift code.
  private func code(of model: LoadedModel) throws -> String {
    var options = options
    // Layers that are written in Swift are written as their operators. A saved extractor has its own leaves.
    if model.saved == nil, !(model.model is SwiftModel) { options.noDefaultLeaves = true }
    let requests = requests.isEmpty && model.saved == nil ? ["output"] : requests
    let extractor = try options.extractor(
      of: model, returning: requests.map { ReturnRequest(parsing: $0) }, mode: mode,
      remedies: .mode)
    return try extractor.swiftCode(typeName: typeName)
  }

  /// A name for the class, after the file that is written, or else the model.
  private var typeName: String {
    let output = options.output.flatMap { $0 == "-" ? nil : $0 }
    let file = URL(fileURLWithPath: output ?? options.model).deletingPathExtension().lastPathComponent
    let words = file.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    let name = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "_")
    return name.first.map { $0.isNumber } ?? true ? "Model\(name)" : name
  }

  /// What the model runs on. Nil if it does not run.
  private func arguments(for trace: Trace, _ model: LoadedModel) throws -> [String: Value]? {
    guard !inputs.isEmpty else { return try inputShape?.makeArguments(for: trace.arguments) }
    let preparation = try images.preparation(of: inputs, for: model)
    return try InputReader(arguments: trace.arguments, images: preparation).arguments(from: inputs)
  }

  /// The pictures of requested values, as PNG files in base 64. A value of several parts has the picture of its first
  /// part that can be drawn.
  private func pictures(of extractor: FeatureExtractor, _ arguments: [String: Value]) throws -> [NodeID: String] {
    let drawing = try PictureOptions.parse(["--image-channels", "16", "--contact-sheet", "page.png"])
    let plan = extractor.plan
    let arguments = try arguments.mapValues { try $0.cast(to: options.dtype) }
    let features = try Progress.running("running the model") {
      try TensorRuntime.withGradients(false) { try extractor(named: arguments) }
    }
    let entries = try FeatureEntry.all(of: features, nodes: plan.nodes)
    let drawable = try FeaturePicture.drawable(
      entries, input: FeaturePicture.imageSize(of: arguments, extractor), options: drawing)
    let featureByKey = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.feature) })
    let nodesByFeature = Dictionary(uniqueKeysWithValues: zip(plan.keys, plan.valueNodes))
    var pictures: [NodeID: String] = [:]
    for feature in drawable {
      let picture = try FeatureSheet([feature], options: drawing.drawing).image.encodePNG()
      for node in featureByKey[feature.name].flatMap({ nodesByFeature[$0] }) ?? [] where pictures[node] == nil {
        pictures[node] = Data(picture).base64EncodedString()
      }
    }
    return pictures
  }

  private func json(of trace: Trace) throws -> String {
    try JSONText.sorted(
      GraphFile(model: options.model, mode: trace.mode.rawValue, naming: trace.naming.rawValue, graph: trace.graph))
  }
}

/// The JSON schema of `xylem graph --format json`.
private struct GraphFile: Encodable {
  var schema = 1
  let model: String
  let mode: String
  let naming: String
  let graph: Graph
}
