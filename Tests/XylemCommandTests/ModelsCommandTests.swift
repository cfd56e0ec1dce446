import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

@testable import XylemCommand

private final class Small: Module, Layer {
  let fc = Linear(3, 2)
  func forward(_ x: Tensor) throws -> Tensor { try fc(x) }
}

@Suite struct ModelsCommandTests {
  private let own = ModelDefinition("small", "a layer", inputShape: [1, 3]) { Small() }

  @Test func `models are listed with their parameters, and the list is JSON too`() async throws {
    let text = await xylem("models")
    #expect(text.status == 0)
    #expect(text.lines.first?.hasPrefix("name") == true)
    #expect(text.lines.contains { $0.hasPrefix("resnet50") && $0.contains("25,557,032") && $0.contains("1,3,224,224") })
    #expect(
      text.lines.contains { $0.hasPrefix("ResNet (17 models): ") }
        && text.lines.contains { $0.hasPrefix("AlexNet (one model): ") })
    #expect(text.lines.contains { $0.hasPrefix("resnet50") && $0.contains("  232, crop 224, bilinear  ") })
    let json = await xylem("models", "--format", "json")
    let object = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["schema"] as? Int == 1)
    #expect((object["models"] as? [Any])?.count == 136)
  }

  /// The names of the models that a call lists.
  private func listed(_ arguments: String...) async throws -> [String] {
    let run = await xylem(["models", "--format", "json"] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    return try #require(try run.json()["models"] as? [[String: Any]]).compactMap { $0["name"] as? String }
  }

  @Test func `patterns, a family and a task filter the list`() async throws {
    #expect(try await listed("resnet?[048]") == ["resnet18", "resnet34", "resnet50"])
    #expect(try await listed("vgg1{1,3}", "alexnet") == ["vgg11", "vgg13", "alexnet"])
    #expect(
      try await listed("--family", "mobilenet").map { $0.prefix(12) } == [
        "mobilenet_v2", "mobilenet_v3", "mobilenet_v3",
      ])
    #expect(
      try await listed("--task", "segmentation", "*mobilenet*") == [
        "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large",
      ])
    #expect(try await listed("--family", "lr aspp") == ["lraspp_mobilenet_v3_large"])
    let table = await xylem("models", "alexnet")
    #expect(table.lines.count == 4 && table.lines[1].isEmpty && table.lines[3].hasPrefix("alexnet"))
  }

  @Test func `JSON has each model's family, task, sizes and transform`() async throws {
    let run = await xylem("models", "resnet50", "r3d_18", "--format", "json")
    let models = try #require(try run.json()["models"] as? [[String: Any]])
    let resnet = try #require(models.first)
    #expect(resnet["family"] as? String == "ResNet" && resnet["task"] as? String == "classification")
    #expect(resnet["parameters"] as? Int == 25_557_032 && resnet["inputShape"] as? [Int] == [1, 3, 224, 224])
    let transform = try #require(resnet["transform"] as? [String: Any])
    #expect(transform["resize"] as? [Int] == [232] && transform["crop"] as? Int == 224)
    #expect(
      transform["interpolation"] as? String == "bilinear" && transform["mean"] as? [Double] == [0.485, 0.456, 0.406])
    let video = try #require(models.last?["transform"] as? [String: Any])
    #expect(models.last?["task"] as? String == "video" && video["resize"] as? [Int] == [128, 171])
  }

  @Test func `a filter that leaves no model is refused`() async {
    for (arguments, message) in [
      (["resnt50"], "no model has a name that matches 'resnt50'"),
      (["resnet50", "x*"], "no model has a name that matches 'x*'"),
      (["--family", "vgh"], "there is no family of models 'vgh'"),
      (["--family", "vgg", "--task", "video"], "no model passes all filters"),
      (["--task", "clips"], "'--task' must be classification, segmentation, detection, video or flow"),
      ([""], "a pattern is empty"),
    ] {
      let run = await xylem(["models"] + arguments)
      #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
    }
  }

  @Test func `a name stands for a model, and a name that is nearly one offers it`() async {
    let run = await xylem("nodes", "resnet18")
    #expect(run.status == 0 && run.lines.prefix(3) == ["x", "conv1", "bn1"])
    let near = await xylem("nodes", "resnet5")
    #expect(near.status == 2 && near.errors.contains("try: xylem nodes resnet50"))
  }

  @Test func `weights are for models by name, and a file that is missing or of another model ends with 2`() async throws
  {
    let archive = await xylem("nodes", Fixtures.path("zoo/resnet18.pt"), "--weights", "w.pth")
    #expect(archive.status == 64 && archive.errors.contains("has weights for a built-in model, which"))
    let missing = await xylem("nodes", "resnet18", "--weights", "/nowhere.pth")
    #expect(missing.status == 2 && missing.errors.contains("file.not-found"))
  }

  @Test(.needsRuntime) func `weights of another model are an error that names keys and the file`() async {
    let path = Fixtures.path("zoo/mobilenet_v2.pt")
    let run = await xylem("nodes", "resnet18", "--weights", path)
    #expect(run.status == 2 && run.errors.contains("model.state"), "\(run.errors)")
    #expect(run.errors.contains("file: \(path)") && run.errors.contains("the model has conv1.weight, bn1.weight"))
  }

  @Test(.needsRuntime) func `features of a model by name are those of its archive, with the archive's weights`()
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let archive = Fixtures.path("zoo/resnet18.pt")
    var outputs: [HostArray] = []
    for model in [[archive], ["resnet18", "--weights", archive]] {
      let file = folder.appendingPathComponent("\(outputs.count).safetensors").path
      let run = await xylem(
        ["extract"] + model
          + ["--return", "layer1", "fc", "--input", Fixtures.path("images/chelsea.png"), "-o", file])
      #expect(run.status == 0, "\(run.errors)")
      outputs.append(try SafetensorsFile(file).array("fc"))
    }
    #expect(outputs[0].shape == [1, 1000])
    let (a, b) = (try outputs[0].elements(as: Float.self), try outputs[1].elements(as: Float.self))
    let scale = a.map(abs).max() ?? 0
    #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * scale } && a.count == b.count)
  }

  @Test(.needsRuntime) func `a model with random weights says so`() async throws {
    let run = await xylem(
      "extract", "resnet18", "--return", "fc", "--input", Fixtures.path("images/chelsea.png"), "-o",
      FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".npy").path)
    #expect(run.status == 0 && run.errors.contains("resnet18 has random weights"))
  }

  @Test(.needsRuntime) func `an extractor of a model by name is saved, and is a MODEL afterwards`() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".xylem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let save = await xylem("extract", "resnet18", "--return", "layer1", "--save", path)
    #expect(save.status == 0, "\(save.errors)")
    let run = await xylem(
      "extract", path, "--input", Fixtures.path("images/chelsea.png"), "--format", "json", "-o", path + ".npy")
    defer { try? FileManager.default.removeItem(atPath: path + ".npy") }
    #expect(run.status == 0 && run.output.contains("\"shape\":[1,64,56,56]"), "\(run.errors)")
    let script = await xylem("extract", "resnet18", "--return", "fc", "--save", path + ".pt", "--seed", "1")
    defer { try? FileManager.default.removeItem(atPath: path + ".pt") }
    #expect(script.status == 0, "\(script.errors)")
    let nodes = await xylem("nodes", path + ".pt")
    #expect(nodes.status == 0 && nodes.output.contains("conv1"), "\(nodes.errors)")
  }

  @Test(.needsRuntime) func `a seed seeds random weights too: the same features every time`() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appendingPathComponent("x.npy").path
    try NpyFile.write(HostArray([1, 2, 3] as [Float], shape: [1, 3]), to: input)
    var outputs: [Data] = []
    for (index, options) in [["7"], ["7"], ["7", "--mode", "train"], ["8"]].enumerated() {
      let file = folder.appendingPathComponent("\(index).npy").path
      let run = await xylem(
        ["extract", "small", "--return", "fc", "--input", input, "-o", file, "--seed"] + options, models: [own])
      #expect(run.status == 0, "\(run.errors)")
      outputs.append(try Data(contentsOf: URL(fileURLWithPath: file)))
    }
    #expect(outputs[0] == outputs[1] && outputs[0] == outputs[2] && outputs[0] != outputs[3])
    // The numbers that PyTorch draws for such a layer after the same seed.
    try TensorRuntime.setSeed(7)
    let model = Small()
    try model.initialize()
    let truth = try model(Tensor([1, 2, 3], shape: [1, 3])).hostArray()
    #expect(try NpyFile.read(folder.appendingPathComponent("0.npy").path) == truth)
  }

  @Test func `an executable's own models have every command, and names are unique`() async {
    let nodes = await xylem(["nodes", "small"], models: [own])
    #expect(nodes.status == 0 && nodes.output == "x\nfc\n")
    let list = await xylem(["models"], models: [own])
    #expect(list.lines[1].hasPrefix("small") && list.lines[2].isEmpty && list.lines[3].hasPrefix("ResNet (17 models)"))
    let twice = await xylem(["models"], models: [own, own])
    #expect(twice.status == 64 && twice.errors.contains("two models have the name 'small'"))
    let odd = ModelDefinition("a/b", "") { Small() }
    #expect(await xylem(["models"], models: [odd]).status == 64)
  }

  @Test(.enabled(if: Fixtures.executable != nil)) func `the example's executable knows its model`() throws {
    let executable = try #require(Fixtures.executable) + "-example"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = ["nodes", "digits"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(
      output.split(separator: "\n") == ["x", "conv1", "relu", "pool", "conv2", "relu_1", "pool_1", "flatten", "head"])
  }
}
