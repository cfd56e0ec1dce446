import Foundation
import Testing
import XylemTensor
import XylemTestSupport

@testable import XylemTrace

/// What may run while a model is traced, against the schemas of libtorch's operators.
@Suite(.needsRuntime) struct ComputableOperatorsTests {
  /// All operators that libtorch has, as a name and an overload.
  private func all() throws -> [(name: String, overload: String)] {
    let file = Fixtures.package.appending(path: "Tests/MutationFuzz/operators.txt")
    return try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isWhitespace).map {
      let parts = $0.split(separator: ".", maxSplits: 1)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  @Test func `few operators may run, and none that reaches files, processes or the random state`() throws {
    let names = Set(try all().map(\.name))
    #expect(names.count > 1500)
    let allowed = names.filter(ComputableOperators.contains)
    #expect(allowed.count > 150 && allowed.count < 250)
    let forbidden = [
      "aten::save", "aten::from_file", "aten::manual_seed", "aten::set_grad_enabled", "aten::warn", "aten::rand",
      "aten::zeros", "aten::tensor", "aten::item", "aten::append", "aten::extend", "aten::_set_item", "aten::clear",
      "aten::pop", "aten::update", "aten::setdefault", "aten::popitem", "aten::Delete", "aten::insert", "aten::sort",
      "aten::reverse", "aten::remove", "aten::wait", "prim::Print", "prim::RaiseException", "prim::fork", "aten::seed",
      "aten::initial_seed", "aten::get_device", "aten::_get_privateuse1_backend_name", "prim::rpc_async",
      "quantized::add", "aten", "::", "", "aten::add::x",
    ]
    #expect(forbidden.filter(ComputableOperators.contains) == [])
  }

  /// A tensor is never known while a model is traced, so overloads that write one don't run.
  @Test func `no overload that may run is random, reaches outside or writes more than tensors`()
    throws
  {
    var wrong: [String] = []
    var count = 0
    for (name, overload) in try all() where ComputableOperators.contains(name) {
      let schema = try TensorOperator(name, overload: overload).schema
      count += 1
      if schema.isRandom || schema.reachesOutside
        || schema.arguments.contains(where: { $0.isWritten && $0.type.kind != .tensor })
      {
        wrong.append(schema.fullName)
      }
    }
    #expect(count > 500)
    #expect(wrong == [])
  }
}
