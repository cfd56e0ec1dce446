import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

private final class Net: Module, Layer {
  let first = Conv2d(3, 4, kernelSize: 3)
  let norm = BatchNorm2d(4)
  let head = Linear(4, 2)
  func forward(_ x: Tensor) throws -> Tensor { try first(x) }
}

/// State dicts into modules and out of them.
@Suite(.needsRuntime) struct ModuleStateTests {
  private func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func state(_ model: Module) throws -> [String: Tensor] {
    try WeightFormula.state(model.state().map { ($0.key, $0.tensor) })
  }

  @Test(arguments: ["w.safetensors", "w.pth", "w.pt"])
  func `a saved file loads the same values, bit for bit`(name: String) throws {
    try inFolder { folder in
      let path = folder.appendingPathComponent(name).path
      let model = Net()
      try model.load(state(model))
      try model.save(to: path)
      let other = Net()
      let report = try other.load(path)
      #expect(report.loaded == (try other.state().map(\.key)))
      for (a, b) in zip(try model.state(), try other.state()) {
        #expect(a.key == b.key)
        #expect(try a.tensor.hostArray() == b.tensor.hostArray())
      }
    }
  }

  @Test func `a fresh model is saved with the weights that it draws then`() throws {
    try inFolder { folder in
      let path = folder.appendingPathComponent("w.safetensors").path
      let model = Net()
      try model.save(to: path)
      #expect(try SafetensorsFile(path).array("head.weight") == model.head.weight.tensor.hostArray())
    }
  }

  @Test func `keys that are missing or unexpected are errors where strict, with the keys, and nothing is changed`()
    throws
  {
    let model = Net()
    try model.load(state(model))
    let before = try model.state().map { try $0.tensor.hostArray() }
    var given = try state(model).mapValues { try $0 + 1 }
    given["head.wieght"] = given.removeValue(forKey: "head.weight")
    let error = #expect(throws: XylemError.self) { try model.load(given) }
    #expect(error?.id == .modelState)
    let cause = error?.cause.map { String(describing: $0) }
    #expect(cause == "missing: head.weight\nunexpected: head.wieght")
    #expect(
      error?.remedies == [
        "allowing: [.missing, .unexpected]  // loads the matching tensors and leaves the others unchanged",
        "rename the key 'head.wieght' to 'head.weight'",
      ])
    #expect(try model.state().map { try $0.tensor.hostArray() } == before)
    let report = try model.load(given, strict: false)
    #expect(report.missing == ["head.weight"] && report.unexpected == ["head.wieght"])
    #expect(report.loaded.count == 8)
  }

  @Test func `another shape is an error that names the layer and both shapes, strict or not`() throws {
    let model = Net()
    var given = try state(model)
    given["first.weight"] = try Tensor([Float](repeating: 0, count: 12), shape: [4, 3, 1, 1])
    for strict in [true, false] {
      let error = #expect(throws: XylemError.self) { try model.load(given, strict: strict) }
      #expect(error?.id == .modelState)
      let cause = error?.cause.map { String(describing: $0) }
      #expect(
        cause == "with a different shape or type: first.weight of the Conv2d is [4, 3, 3, 3] but got [4, 3, 1, 1]")
    }
  }

  /// The model's state under other keys, in a file.
  private func write(_ keys: [(String) -> String], to path: String) throws -> Net {
    let model = Net()
    try model.load(state(model))
    var entries: [(key: String, tensor: Tensor)] = []
    for (index, rename) in keys.enumerated() {
      for entry in try model.state() {
        entries.append((rename(entry.key), index == 0 ? entry.tensor : try entry.tensor + 1))
      }
    }
    try StateDictFile.write(entries, to: path)
    return model
  }

  @Test(arguments: [
    "module.", "_orig_mod.", "model.", "backbone.", "module.backbone.", "_orig_mod.module.", "state_dict.module.",
    "state_dict.model.backbone.", "net.",
  ])
  func `keys with the prefixes of wrappers are found`(prefix: String) throws {
    try inFolder { folder in
      for name in ["w.pth", "w.safetensors"] {
        let path = folder.appendingPathComponent(name).path
        let source = try write([{ prefix + $0 }], to: path)
        let model = Net()
        let report = try model.load(path)
        #expect(report.prefix == prefix && report.unexpected.isEmpty && report.outside.isEmpty)
        #expect(report.loaded == (try model.state().map(\.key)))
        let expected = try source.state().map { try $0.tensor.hostArray() }
        #expect(try model.state().map { try $0.tensor.hostArray() } == expected)
      }
    }
  }

  @Test func `wrappers inside of keys are passed over`() throws {
    try inFolder { folder in
      let path = folder.appendingPathComponent("w.pth").path
      _ = try write([{ $0.replacingOccurrences(of: "norm.", with: "norm._orig_mod.module.") }], to: path)
      #expect(try Net().load(path).loaded.count == 9)
    }
  }

  @Test func `of two sets of weights the one that is meant has to be said`() throws {
    try inFolder { folder in
      let path = folder.appendingPathComponent("w.pth").path
      let source = try write([{ "model." + $0 }, { "ema." + $0 }], to: path)
      let error = #expect(throws: XylemError.self) { try Net().load(path) }
      #expect(
        error?.remedies == ["ema.", "model."].map { "try model.load(\"\(path)\", prefix: \"\($0)\")" })
      let model = Net()
      let report = try model.load(path, prefix: "model.")
      #expect(report.prefix == "model." && report.outside.count == 9)
      let expected = try source.head.weight.tensor.hostArray()
      #expect(try model.head.weight.tensor.hostArray() == expected)
      let ema = Net()
      try ema.load(path, prefix: "ema.")
      #expect(try ema.head.weight.tensor.hostArray() != expected)
      let none = #expect(throws: XylemError.self) { try Net().load(path, prefix: "nowhere.") }
      #expect(none?.id == .modelState && none?.message == "no tensor of Net is in the file under 'nowhere.'")
    }
  }

  @Test func `the model's own keys win over a copy under another name`() throws {
    try inFolder { folder in
      let path = folder.appendingPathComponent("w.pth").path
      let source = try write([{ $0 }, { "ema." + $0 }], to: path)
      let model = Net()
      let error = #expect(throws: XylemError.self) { try model.load(path) }
      #expect(error?.id == .modelState)
      let report = try model.load(path, allowing: .unexpected)
      #expect(report.prefix.isEmpty && report.unexpected.count == 9)
      let expected = try source.head.weight.tensor.hostArray()
      #expect(try model.head.weight.tensor.hostArray() == expected)
    }
  }

  @Test func `counters of batches may be missing`() throws {
    let model = Net()
    let given = try state(model).filter { !$0.key.hasSuffix("num_batches_tracked") }
    let report = try model.load(given)
    #expect(report.missing.isEmpty && report.loaded.count == 8)
  }

  @Test func `a head of another shape is passed over where that is allowed, and nothing else of it is changed`() throws
  {
    let model = Net()
    try model.load(state(model))
    let before = try model.head.weight.tensor.hostArray()
    var given = try state(model).mapValues { try $0 + 1 }
    given["head.weight"] = try Tensor([Float](repeating: 7, count: 40), shape: [10, 4])
    let report = try model.load(given, allowing: .mismatched)
    #expect(report.mismatched.map { [$0.key, $0.expected, $0.given] } == [["head.weight", "[2, 4]", "[10, 4]"]])
    #expect(try model.head.weight.tensor.hostArray() == before)
    #expect(report.loaded.count == 8)
  }

  @Test func `integers are no weights, bfloat16 numbers are`() throws {
    let model = Net()
    var given = try state(model)
    given["head.bias"] = try Tensor([1, -2], shape: [2]).converted(to: .bfloat16)
    try model.load(given)
    #expect(try model.head.bias?.tensor.floats() == [1, -2])
    given["head.bias"] = try Tensor([1, -2], shape: [2]).converted(to: .int8)
    let error = #expect(throws: XylemError.self) { try model.load(given) }
    #expect(
      error?.cause.map { String(describing: $0) }
        == "with a different shape or type: head.bias of the Linear is float32 but got int8")
  }

  @Test func `a file of which a part is missing is an error, and so is one of another model`() throws {
    try inFolder { folder in
      let path = folder.appendingPathComponent("w.safetensors").path
      try Net().save(to: path)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      for count in [0, 4, 100, whole.count - 1] {
        try whole.prefix(count).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: XylemError.self) { try Net().load(path) }
        #expect(error?.id == .fileMalformed, "\(count) bytes")
      }
      try Linear(7, 7).save(to: path)
      let error = #expect(throws: XylemError.self) { try Net().load(path, strict: false) }
      #expect(error?.id == .modelState && error?.place.file == path)
    }
  }
}
