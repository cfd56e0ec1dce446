import Foundation
import Testing
import XylemErrors
import XylemNN
import XylemRuntime
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
  func `what is saved is what is loaded, bit for bit`(name: String) throws {
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
    #expect(error?.remedies.contains("rename the key 'head.wieght' to 'head.weight'") == true)
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
      #expect(cause == "of another shape: first.weight of the Conv2d is [4, 3, 3, 3] and was given as [4, 3, 1, 1]")
    }
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
