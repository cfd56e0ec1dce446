import Testing
import XylemErrors
import XylemExtract
import XylemModels
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What the zoo's constructors can be told, and what models return that is more than a tensor.
@Suite struct ModelVariantTests {
  /// Models with auxiliary heads: as built with options, and how many entries their heads have in the state dict.
  static let inceptions:
    [(name: String, make: @Sendable (_ auxiliary: Bool, _ transform: Bool) -> Module, heads: Int)] =
      [
        ("googlenet", { googlenet(auxLogits: $0, transformInput: $1) }, 20),
        ("inception_v3", { inception_v3(auxLogits: $0, transformInput: $1) }, 14),
      ]

  private func names(_ model: Module, _ mode: Mode) throws -> [String] {
    try SwiftModel(model).trace(TraceOptions(mode: mode, naming: .torchvision)).nodeNames
  }

  @Test(arguments: inceptions.indices) func `without heads, train mode lists the same nodes as eval mode`(index: Int)
    throws
  {
    let (name, make, heads) = Self.inceptions[index]
    let eval = ModelNameTests.golden[name]?["eval"]
    for mode in Mode.allCases { #expect(try names(make(false, false), mode) == eval) }
    #expect(try make(false, false).state().count + heads == make(true, false).state().count)
  }

  @Test(arguments: inceptions.indices) func `transformed inputs put torchvision's nodes before the others`(index: Int)
    throws
  {
    let (name, make, _) = Self.inceptions[index]
    let channels = ["", "_1", "_2"].flatMap { number in ["getitem", "unsqueeze", "mul", "add"].map { $0 + number } }
    for mode in Mode.allCases {
      let plain = try #require(ModelNameTests.golden[name]?[mode.rawValue])
      #expect(try names(make(true, true), mode) == ["x"] + channels + ["cat"] + plain.dropFirst())
    }
  }

  @Test(.needsRuntime, arguments: inceptions.indices)
  func `transformed inputs are as if they had been normalised by 0.5`(index: Int) throws {
    // Three planes of one number: an image normalised by ImageNet's channels.
    let pixels: [Float] = [0.25, -1, 2]
    let image = try Tensor(pixels.flatMap { [Float](repeating: $0, count: 96 * 96) }, shape: [1, 3, 96, 96])
    let extractor = try FeatureExtractor(
      of: Self.inceptions[index].make(true, true), returning: ["cat"], modes: [.eval])
    let found = try #require(try extractor([.tensor(image)])["cat"]?.tensor)
    let raw = zip(pixels, zip([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])).map { Double($0) * $1.1 + $1.0 }
    #expect(try found.sizes == [1, 3, 96, 96])
    for (channel, value) in raw.enumerated() {
      let plane = try found.floats()[channel * 96 * 96..<(channel + 1) * 96 * 96]
      #expect(plane.allSatisfy { abs(Double($0) - (value - 0.5) / 0.5) < 1e-6 })
    }
  }

  @Test(.needsRuntime) func `logits and heads are addressed by torchvision's names`() throws {
    let image = try Goldens.formula([2, 3, 96, 96])
    let heads = ["output.logits", "output.aux_logits2", "output.aux_logits1"]
    let extractor = try FeatureExtractor(
      of: googlenet(numClasses: 7), returning: heads.map { ReturnRequest($0) },
      options: TraceOptions(mode: .train), modes: [.train])
    let features = try extractor([.tensor(image)])
    for head in heads { #expect(try features[head]?.tensor?.sizes == [2, 7]) }
    let outputs = try googlenet(numClasses: 7)(image)
    #expect(
      try [outputs.logits, outputs.auxiliary[0], outputs.auxiliary[1]].map { try $0.sizes } == [
        [2, 7], [2, 7], [2, 7],
      ])
    let model = googlenet(numClasses: 7)
    try model.eval()
    #expect(try model(image).auxiliary.isEmpty)
  }

  @Test(.needsRuntime) func `outputs come back from a dictionary in any order`() throws {
    let (first, second) = (try Tensor([1], shape: [1]), try Tensor([2], shape: [1]))
    let outputs = try AuxiliaryOutputs(
      moduleValue: .dictionary([
        (key: .string("aux_logits"), value: .tensor(first)), (key: .string("logits"), value: .tensor(second)),
      ]))
    #expect(try outputs.logits.floats() == [2])
    #expect(try outputs.auxiliary.map { try $0.floats() } == [[1]])
  }

  @Test(.needsRuntime) func `a transformer refuses an image of another size, and names both sizes`() throws {
    let error = #expect(throws: XylemError.self) { try vit_b_32()(Goldens.formula([1, 3, 192, 224])) }
    #expect(error?.id == .modelRequirement)
    #expect(error?.message.contains("the image is 192 pixels high, but 224 are expected") == true)
  }

  @Test(arguments: ModelZoo.models.map(\.name)) func `names are unique, and inputs are images of three channels`(
    name: String
  ) {
    let found = ModelZoo.models.filter { $0.name == name }
    #expect(found.count == 1)
    #expect(found.first?.inputShape == [1, 3] + (name == "inception_v3" ? [299, 299] : [224, 224]))
    #expect(found.first?.summary.isEmpty == false)
  }
}
