import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace
import XylemTraining

/// They use the process's random state: one after another, and apart from other tests.
@Suite(.needsRuntime, .serialized) struct CheckpointTests {
  /// A model with random numbers and buffers.
  private final class Model: Module, Layer {
    let first = Linear(3, 8)
    let norm = BatchNorm1d(8)
    let drop = Dropout(p: 0.5)
    let second: Linear
    init(classes: Int = 2) { second = Linear(8, classes) }
    func forward(_ x: Tensor) throws -> Tensor { try second(drop(norm(first(x)))) }
  }

  /// A run with all parts.
  private struct Run {
    let model: Model
    let optimizer: AdamW
    let schedule: LRScheduler
    let average: MovingAverage
    let loader: DataLoader<ArrayDataset<Int>>
    let checkpoint: Checkpoint

    init(classes: Int = 2) throws {
      model = Model(classes: classes)
      optimizer = try AdamW(model.parameters(), learningRate: 0.01, amsgrad: true)
      schedule = try SequentialLR(
        optimizer, [LinearLR(optimizer, totalIters: 3), CosineAnnealingLR(optimizer, tMax: 20)], milestones: [3])
      average = try MovingAverage(of: model, decay: 0.9, averagesBuffers: true)
      loader = try DataLoader(ArrayDataset(Array(0..<10)), batchSize: 4, shuffles: true, seed: 3, workers: 1)
      checkpoint = Checkpoint(
        of: model, optimizers: [optimizer], schedules: [schedule], average: average, loaders: [loader])
    }

    func steps(_ count: Int) throws -> [Double] {
      var losses: [Double] = []
      while losses.count < count {
        guard let batch = try loader.next() else { continue }
        let x = try Tensor.stack(batch.map { try Goldens.formula([3], shift: $0) })
        try optimizer.zeroGrad()
        let loss = try F.crossEntropy(model(x), Tensor(batch.map { $0 % 2 }, dtype: .int64))
        try loss.backward()
        try optimizer.step()
        try schedule.step()
        try average.update()
        losses.append(try loss.item())
      }
      return losses
    }

    func tensors() throws -> [[Double]] {
      try model.state().map { try $0.tensor.doubles() } + average.state.map { try $0.tensor.doubles() }
    }
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoint-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path + "/")
  }

  @Test func `a run that resumes is the run that went on, bit for bit`() throws {
    try withFolder { folder in
      try TensorRuntime.setSeed(1)
      let run = try Run()
      _ = try run.steps(7)
      try run.checkpoint.save(to: folder + "run.safetensors", notes: ["step": "7"])
      let losses = try run.steps(8)
      try TensorRuntime.setSeed(99)
      let resumed = try Run()
      _ = try resumed.steps(2)
      #expect(try resumed.checkpoint.resume(from: folder + "run.safetensors") == ["step": "7"])
      #expect(try resumed.steps(8) == losses)
      #expect(try resumed.tensors() == run.tensors())
      #expect(resumed.optimizer.learningRates == run.optimizer.learningRates)
      #expect(resumed.average.count == run.average.count)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["run.safetensors"])
    }
  }

  @Test func `the same state gives the same bytes`() throws {
    try withFolder { folder in
      let run = try Run()
      _ = try run.steps(3)
      try run.checkpoint.save(to: folder + "a.safetensors")
      try run.checkpoint.save(to: folder + "b.safetensors")
      #expect(
        FileManager.default.contents(atPath: folder + "a.safetensors")
          == FileManager.default.contents(atPath: folder + "b.safetensors"))
    }
  }

  @Test func `damaged files and those of other runs are errors, and change nothing`() throws {
    try withFolder { folder in
      let run = try Run()
      _ = try run.steps(5)
      let good = folder + "good.safetensors"
      try run.checkpoint.save(to: good)
      let bytes = try #require(FileManager.default.contents(atPath: good))
      let other = try Run()
      _ = try other.steps(2)
      let before = try other.tensors()
      let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
      for position in [headerEnd + 3, bytes.count - 1, bytes.count / 2] {
        var damaged = bytes
        damaged[position] ^= 1
        try damaged.write(to: URL(fileURLWithPath: folder + "damaged.safetensors"))
        let error = #expect(throws: XylemError.self) {
          try other.checkpoint.resume(from: folder + "damaged.safetensors")
        }
        #expect(error?.id == .trainingState)
        #expect(error?.place.file == folder + "damaged.safetensors")
      }
      try bytes.dropLast(5).write(to: URL(fileURLWithPath: folder + "short.safetensors"))
      #expect(throws: XylemError.self) { try other.checkpoint.resume(from: folder + "short.safetensors") }
      try run.model.save(to: folder + "weights.safetensors")
      for (path, part) in [
        (folder + "weights.safetensors", other.checkpoint),
        (good, Checkpoint(of: other.model, optimizers: [other.optimizer])),
        (good, try Run(classes: 3).checkpoint),
        (
          good,
          Checkpoint(
            of: try GoldenModel(filled: true), optimizers: [other.optimizer], schedules: [other.schedule],
            average: other.average, loaders: [other.loader])
        ),
        (
          good,
          Checkpoint(
            of: other.model, optimizers: [try SGD(other.model.parameters())], schedules: [other.schedule],
            average: other.average, loaders: [other.loader])
        ),
        (
          good,
          Checkpoint(
            of: other.model, optimizers: [other.optimizer], schedules: [try StepLR(other.optimizer, stepSize: 1)],
            average: other.average, loaders: [other.loader])
        ),
      ] {
        let error = #expect(throws: XylemError.self) { try part.resume(from: path) }
        #expect(error?.id == .trainingState, "\(String(describing: error))")
      }
      #expect(try other.tensors() == before)
    }
  }

  @Test func `moving averages are PyTorch's`() throws {
    final class Normed: Module, Layer {
      let inner: GoldenModel
      let norm = BatchNorm1d(2)
      init(_ inner: GoldenModel) { self.inner = inner }
      func forward(_ x: Tensor) throws -> Tensor { try norm(inner(x)) }
      func loss(_ step: Int) throws -> Tensor {
        let difference =
          try self(Goldens.formula([4, 3], shift: 10 * step)) * 2 - Goldens.formula([4, 2], shift: step)
        return try (difference * difference).mean()
      }
    }
    for (golden, averagesBuffers) in Swift.zip(try TrainingGoldens.cases("averages"), [false, true]) {
      let model = Normed(try GoldenModel(filled: true))
      let average = try MovingAverage(of: model, decay: 0.9, averagesBuffers: averagesBuffers)
      let optimizer = try SGD(model.parameters(), learningRate: 0.1)
      for step in 0..<10 {
        try optimizer.zeroGrad()
        try model.loss(step).backward()
        try optimizer.step()
        try average.update()
      }
      let wanted = try #require(golden["state"] as? [String: Any])
      #expect(average.state.count == wanted.count)
      let keys = [
        "inner.first.weight": "0.0.weight", "inner.first.bias": "0.0.bias", "inner.second.weight": "0.2.weight",
        "inner.second.bias": "0.2.bias",
      ]
      for (key, tensor) in average.state {
        let theirs = wanted[keys[key] ?? key.replacingOccurrences(of: "norm.", with: "1.")]
        // A batch norm takes what this bias adds away: its gradient is rounding alone, which differs between processors.
        let absolute = key == "inner.second.bias" ? 1e-4 : 1e-6
        #expect(
          TrainingGoldens.agree(
            [try tensor.doubles()], TrainingGoldens.lists([theirs as Any]), relative: 1e-4, absolute: absolute),
          "\(key)")
      }
      let own = try model.state().map { try $0.tensor.doubles() }
      let applied = try average.applied { try model.state().map { try $0.tensor.doubles() } }
      #expect(try applied == average.state.map { try $0.tensor.doubles() })
      #expect(try model.state().map { try $0.tensor.doubles() } == own)
      #expect(throws: XylemError.self) { try average.applied { throw XylemError(.usage, "stop") } }
      #expect(try model.state().map { try $0.tensor.doubles() } == own)
    }
  }

  @Test func `memory stays flat over four hundred steps`() throws {
    func memory() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }
    let run = try Run()
    _ = try run.steps(50)
    let before = try memory()
    _ = try run.steps(400)
    #expect(try memory() - before < 8 << 20)
  }
}
