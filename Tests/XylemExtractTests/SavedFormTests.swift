import Foundation
import Testing
import XylemFiles
import XylemTensor
import XylemTrace

@testable import XylemExtract

/// Files of saved extractors in the forms that they had before.
@Suite("Forms of saved extractors", .needsRuntime)
struct SavedFormTests {
  @Test(
    "a file whose requests have names alone is the same extractor", arguments: ["layer1", "layer2.0.conv1", "output"])
  func namesAlone(_ request: String) throws {
    let folder = NSTemporaryDirectory() + "xylem-forms-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    let extractor = try FeatureExtractor(of: model, returning: [ReturnRequest(request)])
    try extractor.save(to: folder + "/now.xylem")
    let contents = try SafetensorsFile(folder + "/now.xylem")
    let text = Data(try contents.array(ExtractorFile.name).bytes)
    var document = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    var plans = try #require(document["plans"] as? [String: [String: Any]])
    for mode in plans.keys {
      let requests = try #require(plans[mode]?["requests"] as? [[String: Any]])
      #expect(requests.allSatisfy { $0["meaning"] != nil })
      plans[mode]?["requests"] = requests.map { $0.filter { $0.key != "meaning" } }
    }
    document["plans"] = plans
    try ExtractorFile.write(document, like: contents, to: folder + "/before.xylem")
    let loaded = try FeatureExtractor(path: folder + "/before.xylem")
    let image = Value.tensor(try GoldenValue.formulaTensor([1, 3, 32, 32]))
    #expect(try loaded([image])[request]?.tensor?.floats() == extractor([image])[request]?.tensor?.floats())
    #expect(loaded.plan.keys == [request])
  }
}
