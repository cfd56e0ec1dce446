import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Values that are replaced on their way, beside forward hooks of PyTorch that return a value.
@Suite("Replacing values", .needsRuntime, .serialized)
struct ReplacementTests {
  private struct Goldens {
    let file: SafetensorsFile
    let mode: Mode

    init(_ mode: Mode) throws {
      file = try SafetensorsFile(Fixtures.path("edits/goldens.safetensors"))
      self.mode = mode
    }

    /// The changes of a case: `block1=zero`, or several.
    var cases: [String] {
      var seen: [String] = []
      for name in file.names where name.hasPrefix(mode.rawValue + "/") {
        let parts = name.split(separator: "/")
        if !seen.contains(String(parts[1])) { seen.append(String(parts[1])) }
      }
      return seen
    }

    func keys(_ name: String) -> [String] {
      let prefix = "\(mode.rawValue)/\(name)/"
      return file.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    func tensor(_ name: String, _ key: String) throws -> Tensor {
      try Tensor(file.array("\(mode.rawValue)/\(name)/\(key)"))
    }
  }

  private func replacement(_ name: Substring) -> ValueReplacement {
    switch name {
    case "zero": .zero
    case "mean": .mean
    default: .computed { try $0 * 2 + 1 }
    }
  }

  /// - Parameter floor: the least value whose last bits count.
  private func isClose(_ found: Tensor, _ wanted: Tensor, floor: Float = 0.1) throws -> Bool {
    let (a, b) = (try found.floats(), try wanted.floats())
    let largest = b.reduce(floor) { max($0, abs($1)) }
    return try found.sizes == wanted.sizes && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * largest }
  }

  @Test(arguments: Mode.allCases)
  func `features and gradients are those of PyTorch's hooks`(mode: Mode) throws {
    let goldens = try Goldens(mode)
    #expect(goldens.cases.count == 19)
    for name in goldens.cases {
      let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
      let text = name == "both" ? "block1.relu=code,block2.conv2=mean" : name
      var extractor = try FeatureExtractor(
        of: model, returning: ["block1", "block2", "fc"], options: TraceOptions(mode: mode), modes: [mode])
      for change in text.split(separator: ",") {
        let parts = change.split(separator: "=")
        extractor = try extractor.replacing(String(parts[0]), with: replacement(parts[1]))
      }
      let input = try Tensor(goldens.file.array("x"))
      try input.setRequiresGrad(true)
      let features = try extractor(input)
      var loss = try Tensor([Float(0)], shape: [])
      for key in ["block1", "block2", "fc"] {
        #expect(try isClose(features[key], goldens.tensor(name, key)), "\(name) \(key)")
        loss = try loss + (features[key] * features[key]).sum()
      }
      try loss.backward()
      let own = Dictionary(model.tensors.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
      let gradients = goldens.keys(name).filter { $0.hasPrefix("gradient/") }
      for key in gradients {
        let path = String(key.dropFirst("gradient/".count))
        let gradient = try path == "x" ? input.gradient() : own[path]?.gradient()
        // Before a batch norm in train mode, a bias has no gradient but rounding errors.
        let floor: Float = mode.isTraining && path.hasSuffix("conv1.bias") ? 10 : 0.1
        #expect(try isClose(#require(gradient), goldens.tensor(name, key), floor: floor), "\(name) \(key)")
      }
      for (path, tensor) in own where tensor.requiresGrad && !gradients.contains("gradient/" + path) {
        #expect(try tensor.gradient() == nil, "\(name): \(path) has a gradient")
      }
    }
  }

  @Test func `the extractor that it was made from and the model are unchanged`() throws {
    let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
    let extractor = try FeatureExtractor(of: model, returning: ["fc"], modes: [.eval])
    let input = try Tensor(SafetensorsFile(Fixtures.path("edits/goldens.safetensors")).array("x"))
    let before = try extractor(input)["fc"].floats()
    let other = try extractor.replacing("block1", with: .zero)
    #expect(try other(input)["fc"].floats() != before)
    #expect(try extractor(input)["fc"].floats() == before)
    #expect(other.traces[.eval]?.nodeNames == extractor.traces[.eval]?.nodeNames)
  }

  @Test func `a request for the value returns the other one, and only what runs after it uses it`() throws {
    let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
    let names = ["block1.relu", "block1.conv2", "block1.relu_1", "block1"]
    let plain = try FeatureExtractor(of: model, returning: names.map { ReturnRequest($0) }, modes: [.eval])
    let input = try Tensor(SafetensorsFile(Fixtures.path("edits/goldens.safetensors")).array("x"))
    let replaced = try plain.replacing("block1.relu_1") { try $0 - 5 }(input)
    let wanted = try plain(input)
    for name in names.prefix(2) { #expect(try replaced[name].floats() == wanted[name].floats(), "\(name)") }
    for name in names.suffix(2) {
      #expect(try replaced[name].floats() == wanted[name].floats().map { $0 - 5 }, "\(name)")
    }
  }

  @Test func `code that writes to the value changes no feature from before it`() throws {
    let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
    let plain = try FeatureExtractor(of: model, returning: ["block1.bn1", "block1.conv1", "fc"], modes: [.eval])
    let input = try Tensor(SafetensorsFile(Fixtures.path("edits/goldens.safetensors")).array("x"))
    let wanted = try TensorRuntime.withGradients(false) { try plain(input) }
    let written = try TensorRuntime.withGradients(false) {
      try plain.replacing("block1.bn1") { value in
        try value.add_(100)
        return value
      }(input)
    }
    #expect(try written["block1.conv1"].floats() == wanted["block1.conv1"].floats())
    #expect(try written["block1.bn1"].floats() == wanted["block1.bn1"].floats().map { $0 + 100 })
    #expect(try written["fc"].floats() != wanted["fc"].floats())
  }

  @Test func `an extractor of another one has its replacements`() throws {
    let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
    let input = try Tensor(SafetensorsFile(Fixtures.path("edits/goldens.safetensors")).array("x"))
    let replaced = try FeatureExtractor(of: model, returning: ["block1"], modes: [.eval])
      .replacing("block1.relu", with: .zero)
    let other = try FeatureExtractor(of: replaced, returning: ["fc"])
    let wanted = try Goldens(.eval).tensor("block1.relu=zero", "fc")
    #expect(try isClose(other(input)["fc"], wanted))
  }

  @Test func `zeros and means are saved, code is not`() throws {
    try withTemporaryFolder { folder in
      let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
      let input = try Tensor(SafetensorsFile(Fixtures.path("edits/goldens.safetensors")).array("x"))
      let plain = try FeatureExtractor(of: model, returning: ["fc", "block1"])
      let replaced = try plain.replacing("block1.relu", with: .mean).replacing("block2", with: .zero)
      let wanted = try replaced(input)
      try replaced.save(to: folder + "/replaced.xylem")
      let loaded = try FeatureExtractor(path: folder + "/replaced.xylem")
      for key in ["fc", "block1"] { #expect(try loaded(input)[key].floats() == wanted[key].floats()) }
      try replaced.saveTorchScript(to: folder + "/replaced.pt")
      let again = try FeatureExtractor(
        of: ScriptModel(path: folder + "/replaced.pt"), returning: ["output"], modes: [.eval])
      #expect(try again(input).tensors().count == 2)
      let coded = try plain.replacing("block1") { $0 }
      for save in [{ try coded.save(to: $0 + ".xylem") }, { try coded.saveTorchScript(to: $0 + ".pt") }] {
        let error = #expect(throws: XylemError.self) { try save(folder + "/coded") }
        #expect(error?.id == .extractUnsavable)
        #expect(error?.message.contains("'block1'") == true)
      }
    }
  }

  @Test func `what is not one tensor can't be replaced`() throws {
    let model = try ScriptModel(path: Fixtures.path("edits/residual.pt"))
    let extractor = try FeatureExtractor(of: model, returning: ["fc"], modes: [.eval])
    #expect(throws: XylemError.self) { try extractor.replacing("block3", with: .zero) }
    let several = #expect(throws: XylemError.self) { try extractor.replacing("block*", with: .zero) }
    #expect(several?.id == .extractReplacement)
    let mode = #expect(throws: XylemError.self) { try extractor.replacing("fc", with: .zero, in: [.train]) }
    #expect(mode?.id == .extractInput)
  }
}
