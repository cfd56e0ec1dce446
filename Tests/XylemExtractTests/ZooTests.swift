import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Archives scripted from torchvision's models: features equal what forward hooks that clone saw in PyTorch.
@Suite("torchvision's models", .needsRuntime)
struct ZooTests {
  struct Model: CustomStringConvertible, Sendable {
    let name: String
    let json: Data
    var description: String { name }
  }

  static let models: [Model] = {
    guard let data = FileManager.default.contents(atPath: Fixtures.path("goldens/zoo_features.json")),
      let all = try? JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
    else { return [] }
    return all.keys.sorted().compactMap { name in
      all[name].flatMap { try? JSONSerialization.data(withJSONObject: $0) }.map { Model(name: name, json: $0) }
    }
  }()

  @Test("the goldens are there")
  func goldensExist() { #expect(Self.models.count == 42) }

  @Test("features of modules over the whole depth, and the output, equal PyTorch's", arguments: models)
  func featuresEqualPyTorch(_ item: Model) throws {
    let golden = try #require(try JSONSerialization.jsonObject(with: item.json) as? [String: Any])
    let features = try #require(golden["features"] as? [String: Any])
    var requests = features.keys.sorted().map { ReturnRequest($0) }
    if golden["output"] != nil { requests.append("output") }
    let model = try ScriptModel(path: Fixtures.path("zoo/\(item.name).pt"))
    let extractor = try FeatureExtractor(
      of: model, returning: requests, options: TraceOptions(makesLeaves: true), modes: [.eval])
    var shift = 0
    var inputs: [Value] = []
    for shape in golden["inputs"] as? [[Int]] ?? [] {
      inputs.append(.tensor(try Goldens.formula(shape, shift: shift)))
      shift += shape.reduce(1, *)
    }
    if golden["input_is_list"] as? Bool == true { inputs = [.list(inputs)] }
    let found = try TensorRuntime.withGradients(false) { try extractor(inputs) }
    #expect(found.keys == requests.map(\.node))
    for (path, expected) in features {
      let wrong = try Summary.difference(found[path], expected, at: path)
      #expect(wrong == nil)
    }
    if let output = golden["output"] {
      let wrong = try Summary.difference(found["output"], output, at: "output")
      #expect(wrong == nil)
    }
  }

  @Test(
    "GoogLeNet and Inception have their auxiliary heads in train mode alone", arguments: ["googlenet", "inception_v3"])
  func auxiliaryHeads(_ name: String) throws {
    let golden = try #require(Self.models.first { $0.name == name })
    let json = try #require(try JSONSerialization.jsonObject(with: golden.json) as? [String: Any])
    let trainOnly = try #require(json["train_only_modules"] as? [String])
    let model = try ScriptModel(path: Fixtures.path("zoo/\(name).pt"))
    let called = { (mode: Mode) in
      Set(try model.trace(TraceOptions(mode: mode)).graph.calls.map(\.path))
    }
    let (train, eval) = (try called(.train), try called(.eval))
    let extra = train.subtracting(eval)
    #expect(Set(trainOnly).isSubset(of: extra))
    #expect(extra.allSatisfy { path in trainOnly.contains { path == $0 || path.hasPrefix($0 + ".") } })
    #expect(eval.subtracting(train).isEmpty)
  }
}

/// The summaries of features in the golden file; see Fixtures/README.md.
enum Summary {
  static func difference(_ value: Value?, _ json: Any, at path: String) throws -> String? {
    guard let value else { return "\(path): missing" }
    if let object = json as? [String: Any], let shape = object["shape"] as? [Int] {
      // A scripted model gives a tuple where the Python one gives its first part.
      if case .tuple(let elements, _) = try value.unpacked(), let first = elements.first {
        return try difference(first, json, at: path + "[0]")
      }
      return try tensorDifference(value, object, shape, path)
    }
    switch try value.unpacked() {
    case .dictionary(let entries):
      guard let expected = json as? [String: Any], expected.count == entries.count else { return "\(path): keys" }
      for entry in entries {
        guard case .literal(.string(let key)) = entry.key, let inner = expected[key] else {
          return "\(path): key \(entry.key)"
        }
        if let wrong = try difference(entry.value, inner, at: "\(path).\(key)") { return wrong }
      }
      return nil
    case .list(let elements), .tuple(let elements, _):
      guard let expected = json as? [Any], expected.count == elements.count else {
        return "\(path): \(elements.count) elements"
      }
      for (index, pair) in zip(elements, expected).enumerated() {
        if let wrong = try difference(pair.0, pair.1, at: "\(path)[\(index)]") { return wrong }
      }
      return nil
    case .literal(.int(let number)): return (json as? NSNumber)?.intValue == number ? nil : "\(path): \(number)"
    case .literal(.none): return json is NSNull ? nil : "\(path): None"
    default: return "\(path): unexpected value"
    }
  }

  private static func tensorDifference(
    _ value: Value, _ golden: [String: Any], _ shape: [Int], _ path: String
  ) throws -> String? {
    guard let tensor = value.tensor else { return "\(path): no tensor" }
    let sizes = try tensor.sizes
    guard sizes == shape else { return "\(path): shape \(sizes), expected \(shape)" }
    guard tensor.dtype?.rawValue == golden["dtype"] as? String else { return "\(path): dtype" }
    let values = try tensor.floats()
    let samples = (golden["samples"] as? [Any] ?? []).map { Float(Goldens.number($0)) }
    // Deep networks add up the last bits of each layer: within 1e-4 of the feature's largest value.
    let largest = max(abs(Goldens.number(golden["min"] ?? 0)), abs(Goldens.number(golden["max"] ?? 0)))
    for (k, expected) in samples.enumerated() {
      let found = values[k * values.count / samples.count]
      if abs(found - expected) > Float(1e-4 * largest + 1e-5) {
        return "\(path) sample \(k): \(found), expected \(expected)"
      }
    }
    let sum = values.reduce(0) { $0 + Double(abs($1)) }
    let expected = Goldens.number(golden["abs_sum"] ?? 0)
    return abs(sum - expected) <= 1e-4 * expected + 1e-5 ? nil : "\(path): sum \(sum), expected \(expected)"
  }
}
