import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Archives traced with the shapes of one call's inputs, and called with those of others.
@Suite("Known shapes", .needsRuntime)
struct KnownShapeTests {
  /// The modules whose decisions depend on more than shapes, with what stays opaque.
  static let opaque: [String: [String]] = [
    // The number of selected rows is a value, and so the whole shape of what follows is unknown.
    "selected": ["if", "if_1"], "state": ["if"],
  ]

  static let cases = ConstructTests.cases(in: "shapes")
  static let all = cases + ConstructTests.cases

  @Test("the fixtures are there")
  func fixturesExist() { #expect(Self.cases.count == 17) }

  @Test("what depends on shapes alone is traced through", arguments: cases, Mode.allCases)
  func nothingStaysOpaque(_ item: ConstructTests.Case, _ mode: Mode) throws {
    let run = try #require(try ConstructRun.all(of: item, in: mode).first)
    let model = try ScriptModel(path: item.path)
    let arguments = try model.forwardArguments()
    var options = TraceOptions(mode: mode, makesLeaves: true, shapes: try run.shapes(for: arguments))
    let trace = try model.trace(options)
    let opaque = trace.graph.nodes.filter { if case .region = $0.operation { true } else { $0.rule == "automatic" } }
    #expect(opaque.map(\.name) == Self.opaque[item.name] ?? [])
    guard opaque.isEmpty else { return }
    // Then no leaf is needed either.
    options.makesLeaves = false
    #expect(try model.trace(options).graph == trace.graph)
  }

  @Test("a call gives PyTorch's result, or is refused because of its shapes", arguments: all, Mode.allCases)
  func isNeverWrong(_ item: ConstructTests.Case, _ mode: Mode) throws {
    let runs = try ConstructRun.all(of: item, in: mode)
    guard let first = runs.first, !ConstructTests.needsKernels.contains(item.name) else { return }
    for run in runs {
      // A fresh model for each run: some write their own attributes.
      guard let extractor = try extractor(item, mode, tracedFor: first) else { return }
      let isFirst = try run.inputs().count == first.inputs().count && run.isSame(as: first)
      do {
        let output = try #require(try extractor(run.inputs())["output"])
        #expect(!run.raises)
        #expect(try Goldens.difference(output, run.output) == nil)
      } catch let error as XylemError {
        let isRefused = error.id == .extractGuard || error.id == .extractInput
        #expect(run.raises || !isFirst && isRefused, "\(item.name): \(error)")
      }
    }
  }

  @Test("an extractor that traces again gives PyTorch's result for every shape", arguments: cases, Mode.allCases)
  func tracesAgain(_ item: ConstructTests.Case, _ mode: Mode) throws {
    let runs = try ConstructRun.all(of: item, in: mode)
    let first = try #require(runs.first)
    for run in runs where try run.inputs().map(\.count) == first.inputs().map(\.count) {
      let extractor = try #require(try extractor(item, mode, tracedFor: first, .retracing))
      // The second call uses what the first one traced. Two modules have state.
      for _ in 0..<(["counter", "state"].contains(item.name) ? 1 : 2) {
        let output = try #require(try extractor(run.inputs())["output"])
        #expect(try Goldens.difference(output, run.output) == nil)
      }
    }
  }

  @Test("tracing with known shapes changes neither the model nor the random state", arguments: cases, Mode.allCases)
  func leavesTheModelAlone(_ item: ConstructTests.Case, _ mode: Mode) throws {
    let run = try #require(try ConstructRun.all(of: item, in: mode).first)
    let model = try ScriptModel(path: item.path)
    let before = try ModelSnapshot(model)
    let random = try TensorRuntime.randomState().hostArray()
    _ = try model.trace(
      TraceOptions(mode: mode, makesLeaves: true, shapes: try run.shapes(for: model.forwardArguments())))
    #expect(try before.changes().isEmpty)
    #expect(try TensorRuntime.randomState().hostArray() == random)
  }

  /// How many leaves and regions were made in eval mode without shapes, and with them. What is left depends on values,
  /// on the model's own flags, or on operators that nothing in these tests implements.
  static let figures: [String: (without: Int, with: Int)] = [
    "fasterrcnn_resnet50_fpn": (26, 7), "fcos_resnet50_fpn": (11, 1), "keypointrcnn_resnet50_fpn": (30, 11),
    "maskrcnn_resnet50_fpn": (30, 11), "raft_small": (14, 0), "retinanet_resnet50_fpn": (13, 1),
    "ssd300_vgg16": (9, 1), "ssdlite320_mobilenet_v3_large": (9, 1),
  ]

  @Test(
    "what stays opaque in torchvision's models",
    arguments: ZooTests.models.filter { runsAllTests || ["raft_small", "ssd300_vgg16"].contains($0.name) })
  func opaqueFigures(_ item: ZooTests.Model) throws {
    let golden = try #require(try JSONSerialization.jsonObject(with: item.json) as? [String: Any])
    let model = try ScriptModel(path: Fixtures.path("zoo/\(item.name).pt"))
    let names = try model.forwardArguments().map(\.name)
    var shapes: [String: KnownShape] = [:]
    for (index, sizes) in (golden["inputs"] as? [[Int]] ?? []).enumerated() {
      shapes[golden["input_is_list"] as? Bool == true ? "\(names[0]).\(index)" : names[index]] = KnownShape(sizes)
    }
    func opaque(_ shapes: [String: KnownShape]) throws -> Int {
      let trace = try model.trace(TraceOptions(makesLeaves: true, shapes: shapes))
      return trace.notes.count { $0.kind == .automaticLeaf || $0.kind == .automaticRegion }
    }
    let expected = Self.figures[item.name] ?? (0, 0)
    #expect(try opaque([:]) == expected.without)
    #expect(try opaque(shapes) == expected.with)
  }

  @Test("a saved extractor checks its shapes, in both formats")
  func savedGuards() throws {
    let model = try ScriptModel(path: Fixtures.path("shapes/windows.pt"))
    let extractor = try FeatureExtractor(of: model, returning: ["output"], shapes: ["x": [1, 6, 2]], modes: [.eval])
    try withTemporaryFolder { folder in
      try extractor.save(to: folder + "/windows.xylem")
      try extractor.saveTorchScript(to: folder + "/windows.pt")
      let loaded = try FeatureExtractor(path: folder + "/windows.xylem")
      let fits = Value.tensor(try Tensor([Float](repeating: 1, count: 14), shape: [1, 7, 2]))
      #expect(try loaded([fits])["output"]?.tensor?.hostArray() == extractor([fits])["output"]?.tensor?.hostArray())
      let other = Value.tensor(try Tensor([Float](repeating: 1, count: 16), shape: [1, 8, 2]))
      for extractor in [extractor, loaded] {
        let error = #expect(throws: XylemError.self) { try extractor([other]) }
        #expect(error?.id == .extractGuard)
        #expect(error?.cause.map { "\($0)" } == "traced with x = [1, 6, 2]; this call has x = [1, 8, 2]")
      }
      let script = try FeatureExtractor(
        of: ScriptModel(path: folder + "/windows.pt"), returning: ["output"],
        options: TraceOptions(makesLeaves: true), modes: [.eval])
      let error = #expect(throws: XylemError.self) { try script([other]) }
      #expect(error.map { "\($0)" }?.contains("(x.size(1) % 4) != 0") == true)
    }
  }

  private func extractor(
    _ item: ConstructTests.Case, _ mode: Mode, tracedFor run: ConstructRun, _ otherShapes: OtherShapes = .checked
  ) throws -> FeatureExtractor? {
    let model = try ScriptModel(path: item.path)
    let arguments = try model.forwardArguments()
    let options = TraceOptions(
      mode: mode, makesLeaves: true, symbolic: Set(arguments.prefix(try run.inputs().count).map(\.name)),
      shapes: try run.shapes(for: arguments))
    do {
      return try FeatureExtractor(
        of: model, returning: ["output"], options: options, otherShapes: otherShapes, modes: [mode])
    } catch let error as XylemError where run.raises && error.id == .traceShape { return nil }
  }
}

/// One call of a construct, with what PyTorch returned.
struct ConstructRun {
  private let encoded: [Any]
  let output: Any
  let raises: Bool

  static func all(of item: ConstructTests.Case, in mode: Mode) throws -> [ConstructRun] {
    let golden = try #require(try JSONSerialization.jsonObject(with: item.json) as? [String: Any])
    return (golden["cases"] as? [[String: Any]] ?? []).compactMap { run in
      guard let method = run["method"] as? String, method == "forward" || method == "forward__0",
        let result = run[mode.rawValue] as? [String: Any]
      else { return nil }
      return ConstructRun(
        encoded: run["inputs"] as? [Any] ?? [], output: result["output"] ?? NSNull(), raises: result["raises"] != nil)
    }
  }

  /// Fresh inputs: some constructs write what they are given.
  func inputs() throws -> [Value] { try encoded.map(Goldens.value) }

  func isSame(as other: ConstructRun) -> Bool { NSArray(array: encoded).isEqual(to: other.encoded) }

  /// The shapes of the inputs that are tensors or lists of tensors.
  func shapes(for arguments: [ForwardArgument]) throws -> [String: KnownShape] {
    var shapes: [String: KnownShape] = [:]
    for (argument, value) in zip(arguments, try inputs()) {
      switch value {
      case .tensor(let tensor): shapes[argument.name] = KnownShape(try tensor.sizes, dtype: try #require(tensor.dtype))
      case .list(let elements) where argument.type.unwrapped == .list(.tensor):
        for (index, element) in elements.enumerated() {
          guard let tensor = element.tensor else { continue }
          shapes["\(argument.name).\(index)"] = KnownShape(try tensor.sizes, dtype: try #require(tensor.dtype))
        }
      default: continue
      }
    }
    return shapes
  }
}

extension Value {
  /// The number of elements of a list, else 1.
  fileprivate var count: Int { if case .list(let elements) = self { elements.count } else { 1 } }
}
