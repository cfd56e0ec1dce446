import Testing
import XylemGraph
import XylemNN
import XylemTensor
import XylemTrace

private final class Numbered: Module, Layer {
  let relu_1 = ReLU()
  let fc_2 = Linear(4, 4)

  func forward(_ x: Tensor) throws -> Tensor {
    let y = try relu_1(fc_2(x)).relu()
    return try relu_1(y) + y.add_(1)
  }
}

/// The names of a model written in Swift under both namings.
@Suite struct NamingTests {
  @Test(arguments: Naming.allCases) func `one trace has the names that two have`(_ naming: Naming) throws {
    let model = try SwiftModel(Numbered())
    var options = TraceOptions(naming: naming)
    options.comparesNamings = true
    let trace = try model.trace(options)
    let other = try model.trace(TraceOptions(naming: naming.other))
    #expect(trace.graph.nodes.compactMap { trace.otherNames?.names[$0.id] } == other.nodeNames)
    #expect(trace.nodeNames != other.nodeNames)
  }
}
