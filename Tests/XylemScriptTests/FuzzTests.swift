import Testing
import XylemErrors
import XylemScript
import XylemTestSupport

@testable import XylemFiles
@testable import XylemTensor

/// A generator whose numbers are the same in every run.
private struct FixedNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension RuntimeTests {
  /// Calls with values of any type, which must give results or an error. A crash ends the test process.
  @Suite struct FuzzTests {
    private static func anything(_ numbers: inout FixedNumbers, depth: Int = 0) throws -> Value {
      func few(_ numbers: inout FixedNumbers) throws -> [Value] {
        var elements: [Value] = []
        for _ in 0..<Int.random(in: 0...3, using: &numbers) {
          elements.append(try anything(&numbers, depth: depth + 1))
        }
        return elements
      }
      switch Int.random(in: 0...(depth > 2 ? 9 : 14), using: &numbers) {
      case 0: return .none
      case 1: return .bool(Bool.random(using: &numbers))
      case 2: return .int([0, 1, -1, 2, 3, 1000, .min].randomElement(using: &numbers) ?? 0)
      case 3: return .float([0, 0.5, -1, .infinity, .nan].randomElement(using: &numbers) ?? 0)
      case 4: return .string(["", "none", "größe", "constant"].randomElement(using: &numbers) ?? "")
      case 5: return .complex(1, -2)
      case 6: return .device("cpu")
      case 7, 8, 9:
        let shape = [[], [3], [2, 3], [0, 3], [1, 2, 4, 4]].randomElement(using: &numbers) ?? []
        let dtype = [DType.float32, .int64, .bool, .float64].randomElement(using: &numbers) ?? .float32
        return .tensor(try Goldens.formula(shape, dtype))
      case 10: return .list(try few(&numbers))
      case 11: return .list((0..<Int.random(in: 0...4, using: &numbers)).map { .int($0) })
      case 12:
        let tensor = Value.tensor(try Goldens.formula([2, 3]))
        return .list([Value](repeating: tensor, count: Int.random(in: 0...3, using: &numbers)))
      case 13: return .tuple(try few(&numbers), names: [])
      default:
        return .dictionary(try few(&numbers).enumerated().map { (key: .string("\($0.offset)"), value: $0.element) })
      }
    }

    private static let names = """
      abs acos add add_ addbmm addcdiv addcmul addmm addmv addr alias all allclose amax amin aminmax angle any arange
      argmax argmin argsort as_strided asin atan atan2 avg_pool1d avg_pool2d baddbmm batch_norm bernoulli bincount
      bitwise_and bmm broadcast_tensors broadcast_to bucketize cat cdist ceil celu chunk clamp clamp_ clone
      constant_pad_nd contiguous conv1d conv2d conv3d conv_transpose2d copy_ cos cosh count_nonzero cross cross_entropy_loss
      cummax cumprod cumsum deg2rad det detach diag diag_embed diagonal diff digamma dist div div_ dot dropout einsum elu
      elu_ embedding embedding_bag empty empty_like eq equal erf erfc exp expand expand_as expm1 eye fill_ flatten flip
      floor floor_divide fmod frac frobenius_norm full full_like gather ge gelu glu grid_sampler group_norm gru
      gru_cell gt hardshrink hardsigmoid hardswish hardtanh histc hstack huber_loss im2col index index_add index_copy
      index_fill index_put index_put_ index_select instance_norm interpolate inverse isclose isfinite isinf isnan item kl_div
      kthvalue l1_loss layer_norm le leaky_relu lerp linear linspace log log10 log1p log2 log_softmax logical_and
      logical_not logit logsumexp lstm lstm_cell lt masked_fill masked_fill_ masked_scatter masked_select matmul max max_pool1d max_pool2d
      maximum mean median meshgrid min minimum mish mm mode movedim mse_loss mul mul_ multinomial mv nan_to_num narrow
      native_batch_norm native_layer_norm ne neg new_empty new_full new_ones new_zeros nll_loss nonzero norm normalize_
      one_hot ones ones_like pad permute pinverse pixel_shuffle polar pow prelu prod quantile rand rand_like randint randn
      randperm reciprocal reflection_pad1d reflection_pad2d relu relu_ remainder renorm repeat repeat_interleave
      replication_pad2d reshape resize_ roll rot90 round rrelu rsqrt rsub scaled_dot_product_attention scatter scatter_
      scatter_add searchsorted select selu sigmoid sign silu sin slice smooth_l1_loss softmax softplus sort split
      split_with_sizes sqrt squeeze stack std std_mean stft sub sum svd t take tan tanh tensor tensor_split tile to topk
      trace transpose tril triu true_divide type_as unbind unfold unique_consecutive unsqueeze upsample_bilinear2d
      upsample_nearest2d var var_mean view vstack where zeros zeros_like len append pop insert extend clear reverse
      __getitem__ _set_item keys values items get format percentFormat Int Float Bool Scalar ScalarImplicit dict list ord chr
      """

    @Test func anOperatorWithArgumentsOfAnyTypeNeverCrashes() throws {
      let library = try RuntimeLibrary.shared()
      let state = try TensorRuntime.randomState()
      defer { try? TensorRuntime.setRandomState(state) }
      var numbers = FixedNumbers(state: 20_26)
      var (operators, failures, successes) = (0, 0, 0)
      let overloads = [
        "", "Tensor", "Scalar", "int", "dim", "out", "t", "Dict_str", "str", "dtype", "default", "input", "vec",
      ]
      for name in Self.names.split(whereSeparator: \.isWhitespace) {
        for overload in overloads {
          guard let op = try? TensorOperator("aten::" + name, overload: overload) else { continue }
          operators += 1
          let declared = op.schema.arguments.count
          for _ in 0..<12 {
            let count = max(0, declared + [0, 0, 0, 0, -1, 1].randomElement(using: &numbers)!)
            var arguments: [Value] = []
            for _ in 0..<count { arguments.append(try Self.anything(&numbers)) }
            // As the runtime's own, so that it is the operator that sees them, and not what passes containers on.
            let own = arguments.compactMap { value in
              (try? value.makeRaw(library)).map { Value(adopting: $0, library: library) }
            }
            if (try? op(own)) == nil { failures += 1 } else { successes += 1 }
            _ = try? op(arguments)
          }
        }
      }
      #expect(operators > 200, "\(operators)")
      #expect(failures > successes && successes > 100, "\(failures) failures, \(successes) successes")
    }

    @Test(arguments: ["if_on_data", "dict_input", "list_input", "optional_argument", "named_tuples", "integer_input"])
    func codeWithArgumentsOfAnyTypeNeverCrashes(_ name: String) throws {
      let root = try Fixtures.archive("constructs/" + name).root()
      let callable = try root.callable(isTraining: nil)
      let count = try #require(root.method("forward")).schema().arguments.count
      var numbers = FixedNumbers(state: 7)
      for _ in 0..<200 {
        var arguments: [Value] = Bool.random(using: &numbers) ? [.object(root.object)] : []
        while arguments.count < count { arguments.append(try Self.anything(&numbers)) }
        _ = try? callable(arguments)
      }
    }

    @Test func leavesWithArgumentsOfAnyTypeNeverCrash() throws {
      var numbers = FixedNumbers(state: 11)
      var seen: Set<String> = []
      for (_, module) in try Fixtures.archive("zoo/mobilenet_v3_small").root().modules() {
        guard module.method("forward") != nil, seen.insert(module.className).inserted else { continue }
        let callable = try module.callable(isTraining: false)
        for _ in 0..<60 {
          let arguments = try [Self.anything(&numbers), Self.anything(&numbers)]
          _ = try? callable(arguments)
          _ = try? callable([.object(module.object), arguments[1]])
        }
      }
      #expect(seen.count >= 6)
    }
  }
}
