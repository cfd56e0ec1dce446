import ArgumentParser
import Foundation
import Xylem

/// Trains a detector on images of shapes until it finds them: `xylem-train -o training.html`.
@main
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xylem-train",
    abstract: "Train Mask R-CNN, over features of a ResNet-50, to find shapes in a few images.")

  @Option(help: "The number of images.") var scenes = 2
  @Option(help: "The side of an image, in pixels.") var side = 128
  @Option(help: "The number of training steps, each on two images.") var steps = 80
  @Option(help: "The learning rate.") var learningRate = 3e-4
  @Option(help: "Seeds the images, the initial weights and the samples of the losses.") var seed: UInt64 = 1
  @Option(help: "A checkpoint of the backbone, such as torchvision's. Random weights without it.") var weights: String?
  @Option(name: .shortAndLong, help: "The page with the pictures and the loss curve.") var output = "training.html"

  func run() throws {
    let result = try train { step, loss in
      // The bar is drawn again in its line.
      let done = 30 * step / max(steps, 1)
      let bar = String(repeating: "#", count: done) + String(repeating: ".", count: 30 - done)
      FileHandle.standardError.write(Data("\r[\(bar)] \(step) of \(steps), loss \(String(format: "%.3f", loss))".utf8))
    }
    FileHandle.standardError.write(Data("\n".utf8))
    try Data(TrainingPage(result: result).html().utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    print("the loss fell from \(result.losses.first ?? 0) to \(result.losses.last ?? 0)")
    for (name, overlap) in result.overlaps { print("\(name): the mask overlaps the shape by \(overlap)") }
    print("wrote \(output)")
  }

  /// Trains, and calls `report` after each step with its number and loss.
  func train(report: (Int, Double) -> Void) throws -> TrainingResult {
    guard scenes > 0, side >= 32, steps > 0 else {
      throw ValidationError("there must be scenes of 32 pixels, and steps")
    }
    try TensorRuntime.setSeed(seed)
    let images = try Scene.all(count: scenes, side: side, seed: seed)
    let model = try ShapeDetector.make(side: side, weights: weights)
    let before = try ShapeDetector.detections(of: model, images)

    let optimizer = try AdamW(model.parameters(), learningRate: learningRate, weightDecay: 1e-4)
    let schedule = try LinearLR(optimizer, startFactor: 0.1, totalIters: min(20, steps))
    var losses: [Double] = []
    try model.train()
    for step in 0..<steps {
      let batch = (0..<min(2, images.count)).map { images[(step * 2 + $0) % images.count] }
      try optimizer.zeroGrad()
      let loss = try requireFinite(model(batch.map { try $0.tensor() }, batch.map { try $0.target() }).total())
      try loss.backward()
      try clipGradNorm(model.parameters(), maxNorm: 10)
      try optimizer.step()
      try schedule.step()
      losses.append(try loss.item())
      report(step + 1, losses[step])
    }
    let after = try ShapeDetector.detections(of: model, images)
    return TrainingResult(scenes: images, losses: losses, before: before, after: after)
  }
}
