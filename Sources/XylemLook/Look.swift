import ArgumentParser
import Foundation
import Xylem

/// Shows what the layers of a model make of a photograph, as one picture: `xylem-look resnet18.pt cat.jpg -o look.png`.
@main
struct Look: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xylem-look", abstract: "Draw the feature maps of a photograph, layer by layer, as one picture.")

  @Argument(help: "A TorchScript archive.") var model: String
  @Argument(help: "A PNG or JPEG file.") var photo: String
  @Option(help: "The layers to show; the modules that the model calls, if none is given.") var layer: [String] = []
  @Option(name: .shortAndLong, help: "The picture, a PNG file.") var output = "look.png"

  func run() throws {
    let model = try ScriptModel(path: model)
    // What can't be traced becomes a node of its own.
    let options = TraceOptions(mode: .eval, makesLeaves: true)
    let layers = layer.isEmpty ? try Self.stages(of: model, options) : layer
    let extractor = try FeatureExtractor(
      of: model, returning: layers.map { ReturnRequest($0) }, options: options, modes: [.eval])

    let image = try ImageTransform().apply(to: .decode(path: photo))
    let features = try extractor(Tensor(batch: [image]))

    let size = FeatureLayout.InputSize(height: image.shape[1], width: image.shape[2])
    let sheet = try FeatureSheet(
      features.tensors().map { name, tensor in
        // The first dimension is the batch, of one image.
        let shape = Array(try tensor.sizes.dropFirst())
        return try FeatureSheet.Feature(name: name, shape: shape, values: tensor.doubles().map(Float.init), input: size)
      })
    try Data(sheet.image.encodePNG()).write(to: URL(fileURLWithPath: output), options: .atomic)
    for panel in sheet.panels {
      print(
        "\(panel.name): \(panel.drawnChannelCount) of \(panel.channelCount) channels, \(panel.layout.kind.rawValue)")
    }
    print("wrote \(output)")
  }

  /// The modules and operations of the model's own `forward`, in order.
  static func stages(of model: ScriptModel, _ options: TraceOptions) throws -> [String] {
    let trace = try model.trace(options)
    var seen = Set(trace.arguments.map(\.name))
    return trace.nodeNames.map { String($0.prefix { $0 != "." }) }.filter { seen.insert($0).inserted }
  }
}
