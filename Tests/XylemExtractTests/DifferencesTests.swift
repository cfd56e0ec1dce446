import Foundation
import Testing
import XylemDiff
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

@Suite("Differences between an extractor's modes", .needsRuntime)
struct DifferencesTests {
  private let source = """
    class Net(Module):
      __parameters__ = []
      __buffers__ = []
      training : bool
      def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(x)
        if self.training:
          z = torch.add(y, 100)
        else:
          z = y
        return torch.neg(z)

    """
  private var model: ScriptModel { get throws { try ScriptModel(ScriptArchive(source: source, root: "Net")) } }

  @Test func `warnings are about what the extractor runs`() throws {
    let whole = try FeatureExtractor(of: model, returning: ["neg"])
    #expect(whole.warnings.map(\.rule) == [.nodeOnlyInTrain])
    let before = try FeatureExtractor(of: model, returning: ["relu"])
    #expect(before.warnings.isEmpty)
    #expect(before.differences?.warnings.count == 1)
    let one = try FeatureExtractor(of: model, returning: ["neg"], modes: [.eval])
    #expect(one.warnings.isEmpty && one.differences == nil)
  }

  @Test func `expectations accept one place, .all and torchvision's flag everything`() throws {
    let accepted = DiffExpectation(rule: "node-only-in-train", place: "add", reason: "the loss's offset")
    let other = DiffExpectation(rule: "node-only-in-train", place: "mul", reason: "another place")
    func warnings(_ suppression: DiffSuppression, _ flag: Bool = false) throws -> Int {
      let extractor = try FeatureExtractor(
        of: model, returning: ["neg"], suppressing: suppression, suppressDiffWarning: flag)
      let names = try GraphNodeNames(of: model, suppressing: suppression, suppressDiffWarning: flag)
      let about = names.warnings.filter { !$0.rule.isAboutExpectations }
      #expect(about.map(\.fingerprint) == extractor.warnings.map(\.fingerprint))
      return extractor.warnings.count
    }
    #expect(try warnings([]) == 1)
    #expect(try warnings([accepted]) == 0)
    #expect(try warnings([other]) == 1)
    #expect(try warnings(.all) == 0)
    #expect(try warnings([], true) == 0)
  }

  @Test func `names of both modes are those of the traces`() throws {
    let names = try GraphNodeNames(of: model)
    #expect(names.train == ["x", "relu", "add", "neg"])
    #expect(names.eval == ["x", "relu", "neg"])
    #expect(names.warnings.map(\.node) == ["add"])
  }

  @Test func `batch norm alone is not a warning`() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    #expect(try FeatureExtractor(of: model, returning: ["layer4"]).warnings.isEmpty)
  }

  @Test func `a saved extractor reports the same`() throws {
    let model = try ScriptModel(path: Fixtures.path("constructs/functional_dropout_half.pt"))
    let extractor = try FeatureExtractor(of: model, returning: ["output"])
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).xylem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try extractor.save(to: path)
    let again = try FeatureExtractor(path: path)
    #expect(!extractor.warnings.isEmpty)
    #expect(again.warnings.map(\.fingerprint) == extractor.warnings.map(\.fingerprint))
    #expect(try FeatureExtractor(path: path, suppressing: .all).warnings.isEmpty)
  }
}
