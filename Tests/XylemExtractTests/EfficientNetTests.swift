import Testing
import XylemExtract
import XylemFiles
import XylemTensor
import XylemTestSupport
import XylemTrace

@Suite("EfficientNet-Lite0", .needsRuntime)
struct EfficientNetTests {
  @Test("every golden feature comes out within 1e-4 relative and 1e-5 of its largest value")
  func featuresEqualGoldens() throws {
    let goldens = try SafetensorsFile(Fixtures.path("goldens/efficientnet_lite0_chelsea.safetensors"))
    let names = goldens.names.filter { $0 != "input" }
    let model = try ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt"))
    let extractor = try FeatureExtractor(
      of: model, returning: names.map { ReturnRequest($0) }, options: TraceOptions(makesLeaves: true), modes: [.eval])
    let input = try Tensor(goldens.array("input"))
    let features = try TensorRuntime.withGradients(false) { try extractor([.tensor(input)]) }
    #expect(features.keys == names)
    for name in names {
      let expected = try goldens.array(name)
      let found = try #require(features[name]?.tensor)
      #expect(try found.sizes == expected.shape, "\(name)")
      let (a, b) = (try found.floats(), try expected.floats())
      // Where values cancel out, what the order of adding up changes goes with the largest ones.
      let absolute = 1e-5 * max(1, b.reduce(0) { max($0, abs($1)) })
      let wrong = zip(a, b).filter { !isClose($0, $1, absolute: absolute) }.count
      #expect(a.count == b.count && wrong == 0, "\(name): \(wrong) of \(b.count) values differ")
    }
  }
}
