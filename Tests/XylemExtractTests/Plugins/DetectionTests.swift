import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemPlugins
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Detectors, whose operators a plugin brings, beside PyTorch with torchvision's own.
@Suite(.needsRuntime) struct DetectionTests {
  static var goldens: [String: Any] {
    let data = (try? Data(contentsOf: URL(fileURLWithPath: Fixtures.path("goldens/detections.json")))) ?? Data()
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
  }

  private func images(_ golden: [String: Any]) throws -> Value {
    var shift = 0
    var images: [Value] = []
    for shape in try #require(golden["inputs"] as? [[Int]]) {
      images.append(.tensor(try Goldens.formula(shape, shift: shift)))
      shift += shape.reduce(1, *)
    }
    return .list(images)
  }

  @Test(arguments: ["maskrcnn_small", "retinanet_small"])
  func `detections and features equal PyTorch's, with the operators in regions, leaves and the model's own code`(
    name: String
  ) throws {
    _ = try ExamplePlugins.load("DetectionOps")
    let golden = try #require(Self.goldens[name] as? [String: Any])
    let features = try #require(golden["features"] as? [String: Any])
    let model = try ScriptModel(path: Fixtures.path("detection/\(name).pt"))
    let requests = features.keys.sorted() + ["output"]
    let extractor = try FeatureExtractor(
      of: model, returning: requests.map { ReturnRequest($0) }, options: TraceOptions(makesLeaves: true),
      modes: [.eval])
    let found = try TensorRuntime.withGradients(false) { try extractor([try images(golden)]) }
    for (path, tree) in features {
      #expect(try Summary.difference(found[path], tree, at: path) == nil)
    }
    guard case .tuple(let parts, _)? = try found["output"]?.unpacked(), parts.count == 2,
      case .list(let detections) = parts[1]
    else {
      Issue.record("forward gives no tuple of losses and detections")
      return
    }
    let expected = try #require(golden["detections"] as? [[String: Any]])
    #expect(detections.count == expected.count)
    for (index, (detection, image)) in zip(detections, expected).enumerated() {
      try compare(detection, image, "image \(index)")
    }
  }

  private func compare(_ detection: Value, _ expected: [String: Any], _ place: String) throws {
    guard case .dictionary(let entries) = detection else {
      Issue.record("\(place): no dictionary")
      return
    }
    var found: [String: Tensor] = [:]
    for entry in entries { if case .literal(.string(let key)) = entry.key { found[key] = entry.value.tensor } }
    #expect(Set(found.keys) == Set(expected.keys))
    let labels = try #require(expected["labels"] as? [Int])
    #expect(try found["labels"]?.integers() == labels)
    for key in ["scores", "boxes"] {
      let flat = (expected[key] as? [Any] ?? []).flatMap { ($0 as? [Any]) ?? [$0] }.map {
        Float(Goldens.number($0))
      }
      let own = try found[key]?.floats() ?? []
      #expect(own.count == flat.count, "\(place) \(key)")
      let wrong = zip(own, flat).filter { !isClose($0, $1, relative: 1e-4, absolute: 1e-4) }
      #expect(wrong.isEmpty, "\(place) \(key)")
    }
    guard let masks = expected["masks"] as? [Any] else { return }
    let own = try #require(found["masks"])
    #expect(try own.sizes.first == masks.count)
    for (index, mask) in masks.enumerated() {
      let difference = try Summary.difference(
        .tensor(own.select(dim: 0, index: Size(index))), mask, at: "\(place) mask \(index)")
      #expect(difference == nil, "\(difference ?? "")")
    }
  }

  @Test func `gradients flow through roi_align to the operations before it, as in PyTorch`() throws {
    _ = try ExamplePlugins.load("DetectionOps")
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("goldens/detection_ops.json")))
    let goldens = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let cases = try #require(goldens["roi_align"] as? [[String: Any]])
    #expect(!cases.isEmpty)
    for (index, item) in cases.enumerated() {
      guard case .tensor(let image) = try Goldens.value(try #require(item["input"])),
        case .tensor(let rois) = try Goldens.value(try #require(item["rois"]))
      else { continue }
      try image.setRequiresGrad(true)
      let result = try TensorOperator.call(
        "torchvision::roi_align",
        [
          .tensor(image), .tensor(rois), .float(Goldens.number(item["spatial_scale"] as Any)),
          .int((item["pooled"] as? [Int])?.first ?? 0), .int((item["pooled"] as? [Int])?.last ?? 0),
          .int(item["sampling_ratio"] as? Int ?? 0), .bool(item["aligned"] as? Bool ?? false),
        ])
      #expect(try Goldens.difference(.tensor(result), try #require(item["output"]), at: "case \(index)") == nil)
      let weights = try Goldens.formula(try result.sizes, result.dtype ?? .float32)
      guard try result.count > 0 else { continue }
      try (result * weights).sum().backward()
      let gradient = try #require(try image.grad)
      let expected = try #require(item["input_gradient"])
      #expect(try Goldens.difference(.tensor(gradient), expected, at: "gradient of case \(index)") == nil)
    }
  }

  @Test func `every operator and its gradients equal those of torchvision's compiled kernels`() throws {
    _ = try ExamplePlugins.load("DetectionOps")
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("goldens/detection_kernels.json")))
    let cases = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(Set(cases.compactMap { $0["operator"] as? String }).count == 4)
    for item in cases {
      let name = try #require(item["operator"] as? String)
      let place = "\(name), \(item["case"] ?? "")"
      let arguments = try #require(item["arguments"] as? [Any]).map { try Goldens.value($0) }
      let gradients = try #require(item["gradients"] as? [Any])
      for (argument, gradient) in zip(arguments, gradients) where !(gradient is NSNull) {
        try argument.tensor?.setRequiresGrad(true)
      }
      let results = try TensorOperator(name)(arguments)
      let expected = try #require(item["results"] as? [Any])
      try #require(results.count == expected.count, "\(place)")
      for (index, (result, golden)) in zip(results, expected).enumerated() {
        #expect(try Goldens.difference(result, golden, at: "\(place), result \(index)") == nil)
      }
      let first = try #require(results[0].tensor)
      try (first * Goldens.formula(try first.sizes, first.dtype ?? .float32)).sum().backward()
      for (index, (argument, gradient)) in zip(arguments, gradients).enumerated() where !(gradient is NSNull) {
        let found = try #require(try argument.tensor?.grad)
        #expect(try Goldens.difference(.tensor(found), gradient, at: "\(place), gradient \(index)") == nil)
      }
    }
  }
}
