import Testing
import XylemErrors
import XylemModels
import XylemNN
import XylemScript
import XylemTestSupport
import XylemTrace

/// The types of modules, which rules of a leaf policy name, beside those in archives of the same models.
@Suite struct ModelTypeTests {
  @Test(.needsRuntime, arguments: ModelNameTests.archives)
  func `paths and types of all modules are those of the archive, in its order`(model: String, archive: String) throws {
    let script = try ScriptModel(path: Fixtures.path(archive))
    let modules = try #require(ModelZoo.definition(model)).make().namedModules()
    let found = modules.map { "\($0.path): \(type(of: $0.module).typeName)" }
    // An array of modules is not a module itself, as a ModuleList is.
    let expected = script.modules.filter { $0.type != "torch.nn.modules.container.ModuleList" }
    #expect(found == expected.map { "\($0.path): \($0.type)" })
  }

  @Test(.needsRuntime) func `the untraceable parts of EfficientNet-Lite0 are the same as in its archive`() throws {
    let script = try ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt"))
    for mode in Mode.allCases {
      let options = TraceOptions(mode: mode)
      let errors = [
        #expect(throws: XylemError.self) { try script.trace(options) },
        #expect(throws: XylemError.self) { try SwiftModel(efficientnet_lite0()).trace(options) },
      ]
      #expect(errors.map { $0?.id } == [.traceConcreteValue, .traceConcreteValue])
      #expect(errors.allSatisfy { $0?.description.contains("conv_stem (timm.layers.conv2d_same.Conv2dSame)") == true })
    }
  }
}
