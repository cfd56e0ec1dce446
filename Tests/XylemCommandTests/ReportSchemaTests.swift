import Foundation
import Testing
import XylemTestSupport

/// Reports of real models by the published schema.
@Suite(.needsRuntime) struct ReportSchemaTests {
  @Test(
    .enabled(if: Checkers.hasJSONSchema || Checkers.areRequired, "no validator of JSON: bash .ci/deps.sh checkers"))
  func `real models' reports follow the schema, with a run and with a base too`() async throws {
    let models = [
      "zoo/resnet18.pt", "zoo/googlenet.pt", "zoo/inception_v3.pt", "zoo/maskrcnn_resnet50_fpn.pt", "zoo/swin_t.pt",
      "models/efficientnet_lite0.pt",
    ]
    var documents: [String: String] = [:]
    for model in models {
      documents[model] = await xylem("diff", Fixtures.path(model), "--auto-leaf", "--format", "json").output
    }
    documents["return"] = await xylem(
      "diff", Fixtures.path("zoo/googlenet.pt"), "--return", "aux1", "fc", "--format", "json"
    ).output
    documents["base"] = await xylem(
      "diff", Fixtures.path("zoo/googlenet.pt"), "--base", Fixtures.path("zoo/resnet18.pt"), "--format", "json"
    ).output
    documents["witness"] = await xylem(
      "diff", Fixtures.path("constructs/functional_dropout_half.pt"), "--witness", "--input-shape", "2,4", "--format",
      "json"
    ).output
    #expect(documents["witness"]?.contains("\"outcome\":\"confirmed\"") == true)
    #expect(documents["base"]?.contains("\"change\":\"added\"") == true)
    let schema = Fixtures.package.appendingPathComponent("Sources/XylemReport/Schemas/diff.schema.json").path
    #expect(try Checkers.faults(of: documents, schema: schema) == [])
  }
}
