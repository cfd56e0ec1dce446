import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// One entry of `Fixtures/goldens/layers.json`: a layer, a call of it, and what PyTorch made of that in both modes.
struct LayerCase {
  let text: String
  private let json: [String: Any]

  init(_ json: [String: Any]) {
    self.json = json
    text = json["case"] as? String ?? ""
  }

  /// What differs from PyTorch; empty where nothing does.
  func differences() throws -> [String] {
    guard let layer = LayerTable.make(text) else { return ["\(text) is not in the table"] }
    var found = try stateDifferences(layer)
    for mode in ["train", "eval"] {
      guard let golden = (json[mode] ?? json["train"]) as? [String: Any] else { return ["\(text) has no \(mode)"] }
      found += try differences(mode, golden)
    }
    return found
  }

  private func stateDifferences(_ layer: Module) throws -> [String] {
    let expected = (json["state"] as? [[Any]] ?? []).map { "\($0[0]) \($0[1]) \($0[2])" }
    let found = try layer.state().map { "\($0.key) \(try $0.tensor.sizes) \($0.tensor.dtype?.rawValue ?? "?")" }
    return found == expected ? [] : ["\(text): the state is \(found), not \(expected)"]
  }

  private func differences(_ mode: String, _ golden: [String: Any]) throws -> [String] {
    // Tests of other suites may draw from the process's generator in between: what draws gets further chances.
    for _ in 0..<8 {
      let (found, drew) = try run(mode, golden)
      if found.isEmpty || !drew { return found }
    }
    return try run(mode, golden).differences
  }

  private func run(_ mode: String, _ golden: [String: Any]) throws -> (differences: [String], drew: Bool) {
    guard let layer = LayerTable.make(text) else { return ([], false) }
    try layer.train(mode == "train")
    let entries = try layer.state()
    if !entries.isEmpty { try layer.load(WeightFormula.state(entries.map { ($0.key, $0.tensor) })) }
    let place = "\(text) of \(json["inputs"] ?? "") in \(mode)"
    let inputs = try (json["inputs"] as? [Any] ?? []).map { try leaf(Goldens.value($0)) }
    let arguments = try (json["arguments"] as? [String: Any] ?? [:]).mapValues(Goldens.value)
    let passed = try inputs.map { try $0.mapTensors { .tensor(try $0.clone()) } }
    try TensorRuntime.setSeed(20)
    let before = try TensorRuntime.randomState().hostArray()
    if golden["raises"] != nil {
      do { _ = try LayerTable.call(layer, passed, arguments, text: text) } catch is XylemError { return ([], false) }
      return (["\(place) does not fail"], false)
    }
    let output = try LayerTable.call(layer, passed, arguments, text: text)
    let drew = try TensorRuntime.randomState().hostArray() != before
    var found = try Goldens.differences(output, golden["output"], at: "\(place): output")
    try goldenLoss(output)?.backward()
    for (index, expected) in (golden["input_gradients"] as? [Any] ?? []).enumerated() {
      let gradients = try inputs[index].mapTensors { try $0.gradient().map { .tensor($0) } ?? .none }
      found += try Goldens.differences(gradients, expected, at: "\(place): gradient of input \(index)")
    }
    found += try tensorDifferences(layer, golden, place)
    // What a call does not write has no golden: it is as it was.
    let after = golden["inputs_after"] as? [Any]
    for (index, value) in passed.enumerated() {
      if let after {
        found += try Goldens.differences(value, after[index], at: "\(place): input \(index) after the call")
      } else if try !value.tensors.elementsEqual(inputs[index].tensors, by: { try $0.hostArray() == $1.hostArray() }) {
        found.append("\(place): input \(index) was written")
      }
    }
    return (found, drew)
  }

  /// Gradients of parameters, and buffers after the call.
  private func tensorDifferences(_ layer: Module, _ golden: [String: Any], _ place: String) throws -> [String] {
    var gradients: [(key: Value, value: Value)] = []
    var buffers: [(key: Value, value: Value)] = []
    for entry in try layer.state() {
      switch entry.kind {
      case .parameter: gradients.append((.string(entry.key), try entry.tensor.gradient().moduleValue))
      default: buffers.append((.string(entry.key), .tensor(entry.tensor)))
      }
    }
    return try Goldens.differences(
      .dictionary(gradients), golden["parameter_gradients"], at: "\(place): gradients of parameters")
      + Goldens.differences(.dictionary(buffers), golden["buffers"], at: "\(place): buffers")
  }

  /// What differs from PyTorch's outputs where the layer is traced, alone, and its trace is run; nil where the case has keyword
  /// arguments or is to fail.
  func tracedDifferences(_ policy: LeafPolicy) throws -> [String]? {
    guard json["arguments"] == nil, (json["train"] as? [String: Any])?["raises"] == nil else { return nil }
    var found: [String] = []
    for mode in Mode.allCases {
      let golden = (json[mode.rawValue] ?? json["train"]) as? [String: Any] ?? [:]
      guard golden["raises"] == nil, let layer = LayerTable.make(text) else { continue }
      let entries = try layer.state()
      if !entries.isEmpty { try layer.load(WeightFormula.state(entries.map { ($0.key, $0.tensor) })) }
      var options = TraceOptions(mode: mode, policy: policy)
      let count = (json["inputs"] as? [Any] ?? []).count
      for name in LayerTable.missingArguments(layer, count) { options.concrete[name] = NodeInput.none }
      let extractor = try FeatureExtractor(of: layer, returning: ["output"], options: options, modes: [mode])
      let buffers = try entries.filter { $0.kind == .buffer }.map { try $0.tensor.hostArray() }
      // The first output where there are positions too: a layer as a whole model returns no positions.
      let expected = text.contains("return_indices") ? (golden["output"] as? [Any])?[0] : golden["output"]
      var differences: [String] = []
      for _ in 0..<8 {
        let inputs = try (json["inputs"] as? [Any] ?? []).map(Goldens.value)
        for (entry, buffer) in zip(entries.filter { $0.kind == .buffer }, buffers) {
          try layer.load([entry.key: Tensor(buffer)], strict: false)
        }
        try TensorRuntime.setSeed(20)
        let output: Value? = try extractor(inputs)["output"]
        differences = try Goldens.differences(output, expected, at: "\(text) in \(mode.rawValue), traced")
        if differences.isEmpty { break }
      }
      found += differences
    }
    return found
  }

  private func leaf(_ value: Value) throws -> Value {
    try value.mapTensors { tensor in
      if tensor.dtype == .float32 { try tensor.setRequiresGrad(true) }
      return .tensor(tensor)
    }
  }
}
