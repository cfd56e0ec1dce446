import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemTensor

extension RuntimeTests {
  @Suite struct SchemaTests {
    private func schema(_ name: String, _ overload: String = "") throws -> OperatorSchema {
      try TensorOperator(name, overload: overload).schema
    }

    @Test func argumentsHaveNamesTypesAndDefaults() throws {
      let add = try schema("aten::add", "Tensor")
      #expect(add.fullName == "aten::add.Tensor")
      #expect(add.arguments.map(\.name) == ["self", "other", "alpha"])
      #expect(add.arguments.map(\.type.kind) == [.tensor, .tensor, .number])
      #expect(add.arguments.map { $0.defaultValue?.contents } == [nil, nil, "1"])
      #expect(add.resultCount == 1)
      #expect(add.isKnown)
      #expect(try schema("aten::max", "dim").resultCount == 2)
    }

    @Test(arguments: [
      ("aten::add_", "Tensor", [0]), ("aten::add", "Tensor", []), ("aten::add", "out", [3]), ("aten::copy_", "", [0]),
      ("aten::relu_", "", [0]), ("aten::index_put_", "", [0]), ("aten::append", "t", [0]),
      ("aten::_foreach_add_", "Scalar", [0]), ("aten::_native_batch_norm_legit", "", [3, 4]),
      ("aten::batch_norm", "", [3, 4]), ("aten::instance_norm", "", [3, 4]),
      ("aten::_no_grad_embedding_renorm_", "", [0]), ("aten::__isnot__", "", []), ("aten::__getitem__", "t", []),
    ])
    func whatIsWrittenIsTold(_ name: String, _ overload: String, _ expected: [Int]) throws {
      let schema = try schema(name, overload)
      #expect(schema.arguments.indices.filter { schema.arguments[$0].isWritten } == expected)
    }

    @Test func runningStatisticsAreWrittenOnlyInTraining() throws {
      for (name, flag) in [("aten::batch_norm", "training"), ("aten::instance_norm", "use_input_stats")] {
        let schema = try schema(name)
        let position = try #require(schema.arguments.firstIndex { $0.name == flag })
        #expect(schema.arguments[3].writtenOnlyIf == position)
        #expect(schema.arguments[4].writtenOnlyIf == position)
        #expect(schema.arguments[0].writtenOnlyIf == nil)
      }
      #expect(try schema("aten::add_", "Tensor").arguments[0].writtenOnlyIf == nil)
    }

    @Test(arguments: [
      ("aten::view", "", [0]), ("aten::transpose", "int", [0]), ("aten::relu_", "", [0]), ("aten::clone", "", []),
      ("aten::add", "Tensor", []), ("aten::cat", "", []), ("aten::contiguous", "", [0]), ("aten::split", "Tensor", [0]),
      // Written in terms of others: each may return what it was given.
      ("aten::dropout", "", [0]), ("aten::reshape", "", [0]), ("aten::flatten", "using_ints", [0]),
      ("aten::einsum", "", [1]), ("aten::broadcast_tensors", "", [0]), ("aten::lift", "", [0]),
      // Containers share what is in them.
      ("aten::__getitem__", "t", [0]), ("aten::__getitem__", "Dict_str", [0]), ("aten::values", "str", [0]),
      ("aten::list", "t", [0]), ("aten::size", "", []), ("aten::unsafe_split", "Tensor", [0]),
      ("aten::dequantize", "self", [0]), ("aten::_no_grad_embedding_renorm_", "", [0, 1]),
      // Written in terms of others, and each result is its own.
      ("aten::linear", "", []), ("aten::conv2d", "", []), ("aten::batch_norm", "", []), ("aten::layer_norm", "", []),
    ])
    func whatAResultMayShareIsTold(_ name: String, _ overload: String, _ expected: [Int]) throws {
      #expect(try schema(name, overload).aliases == expected)
    }

    @Test(arguments: [
      ("aten::rand", "", true), ("aten::dropout", "", true), ("aten::normal_", "", true), ("aten::bernoulli", "", true),
      ("aten::_no_grad_normal_", "", true), ("aten::manual_seed", "", true), ("aten::relu", "", false),
      ("aten::scaled_dot_product_attention", "", true), ("aten::zeros", "", false),
    ])
    func whatIsRandomIsTold(_ name: String, _ overload: String, _ expected: Bool) throws {
      #expect(try schema(name, overload).isRandom == expected)
    }

    @Test func dropoutIsRandomOnlyInTraining() throws {
      #expect(try schema("aten::dropout").randomOnlyIf == 2)
      #expect(try schema("aten::rand").randomOnlyIf == nil)
      let attention = try schema("aten::scaled_dot_product_attention")
      #expect(attention.randomOnlyIf == attention.arguments.firstIndex { $0.name == "dropout_p" })
    }

    @Test func anOperatorWithoutASchemaIsNotKnown() throws {
      #expect(try !schema("aten::backward").isKnown)
      #expect(try !schema("aten::format").isKnown)
      #expect(try schema("aten::set_grad_enabled").isKnown)
    }
  }
}
