import Testing
import XylemErrors
import XylemFiles
import XylemTestSupport

@testable import XylemTensor

extension RuntimeTests {
  /// What PyTorch 2.13 prints for the same tensors.
  @Suite struct TensorAPIPrintingTests {
    private func formula(_ shape: [Int]) throws -> Tensor { try Goldens.formula(shape) }

    private func requiring(_ tensor: Tensor) throws -> Tensor {
      try tensor.setRequiresGrad(true)
      return tensor
    }

    private func complex() throws -> Tensor {
      try TensorOperator.call("aten::view_as_complex", [.tensor(Tensor([[1.5, 2.25], [-0.5, -1.0]]))])
    }

    @Test func `a matrix prints as in PyTorch`() throws {
      let expected = """
        tensor([[-0.5000,  0.3484,  0.1967],
                [ 0.0451, -0.1065, -0.2582]])
        """
      #expect(try formula([2, 3]).description == expected)
    }

    @Test func `a number prints as in PyTorch`() throws {
      let expected = """
        tensor(2.5000)
        """
      #expect(try Tensor(2.5).description == expected)
    }

    @Test func `integers print as in PyTorch`() throws {
      let expected = """
        tensor([[  1, -20],
                [300,   4]])
        """
      #expect(try Tensor([[1, -20], [300, 4]]).description == expected)
    }

    @Test func `truth values print as in PyTorch`() throws {
      let expected = """
        tensor([ True, False])
        """
      #expect(try Tensor([true, false]).description == expected)
    }

    @Test func `whole numbers beside those that are none print as in PyTorch`() throws {
      let expected = """
        tensor([ 1.,  2., -3., nan, inf])
        """
      #expect(try Tensor([1, 2, -3, .nan, .infinity] as [Float]).description == expected)
    }

    @Test func `numbers of many magnitudes print as in PyTorch`() throws {
      let expected = """
        tensor([1.0000e-05, 1.0000e+00, 2.0000e+03])
        """
      #expect(try Tensor([1e-5, 1, 2000]).description == expected)
    }

    @Test func `half precision prints as in PyTorch`() throws {
      let expected = """
        tensor([ 0.5000, -1.2500], dtype=torch.float16)
        """
      #expect(try Tensor([0.5, -1.25], dtype: .float16).description == expected)
    }

    @Test func `an empty matrix prints as in PyTorch`() throws {
      let expected = """
        tensor([], size=(0, 3))
        """
      #expect(try Tensor.zeros([0, 3]).description == expected)
    }

    @Test func `an empty vector of integers prints as in PyTorch`() throws {
      let expected = """
        tensor([], dtype=torch.int64)
        """
      #expect(try Tensor.zeros([0], dtype: .int64).description == expected)
    }

    @Test func `three dimensions prints as in PyTorch`() throws {
      let expected = """
        tensor([[[-0.5000,  0.3484,  0.1967],
                 [ 0.0451, -0.1065, -0.2582]],

                [[-0.4098,  0.4386,  0.2869],
                 [ 0.1353, -0.0164, -0.1680]]])
        """
      #expect(try formula([2, 2, 3]).description == expected)
    }

    @Test func `a vector of two lines prints as in PyTorch`() throws {
      let expected = """
        tensor([-0.5000,  0.3484,  0.1967,  0.0451, -0.1065, -0.2582, -0.4098,  0.4386,
                 0.2869,  0.1353, -0.0164, -0.1680])
        """
      #expect(try formula([12]).description == expected)
    }

    @Test func `a large matrix prints as in PyTorch`() throws {
      let expected = """
        tensor([[-0.5000,  0.3484,  0.1967,  ...,  0.4058,  0.2542,  0.1026],
                [-0.0491, -0.2007, -0.3523,  ..., -0.1432, -0.2948, -0.4465],
                [ 0.4019,  0.2502,  0.0986,  ...,  0.3077,  0.1561,  0.0045],
                ...,
                [ 0.1848,  0.0332, -0.1184,  ...,  0.0907, -0.0610, -0.2126],
                [-0.3642,  0.4841,  0.3325,  ..., -0.4584,  0.3900,  0.2384],
                [ 0.0867, -0.0649, -0.2166,  ..., -0.0074, -0.1591, -0.3107]])
        """
      #expect(try formula([40, 30]).description == expected)
    }

    @Test func `a large vector of integers prints as in PyTorch`() throws {
      let expected = """
        tensor([   0,    1,    2,  ...,  998,  999, 1000])
        """
      #expect(try Tensor.arange(1001).description == expected)
    }

    @Test func `many rows print as in PyTorch`() throws {
      let expected = """
        tensor([[-0.5000,  0.3484],
                [ 0.1967,  0.0451],
                [-0.1065, -0.2582],
                ...,
                [-0.1878, -0.3394],
                [-0.4911,  0.3573],
                [ 0.2056,  0.0540]])
        """
      #expect(try formula([1100, 2]).description == expected)
    }

    @Test func `a leaf that requires gradients prints as in PyTorch`() throws {
      let expected = """
        tensor([-0.5000,  0.3484], requires_grad=True)
        """
      #expect(try requiring(formula([2])).description == expected)
    }

    @Test func `double precision prints as in PyTorch`() throws {
      let expected = """
        tensor([-0.5000,  0.3484], dtype=torch.float64)
        """
      #expect(try formula([2]).to(.float64).description == expected)
    }

    @Test func `complex numbers print as in PyTorch`() throws {
      let expected = """
        tensor([ 1.5000+2.2500j, -0.5000-1.0000j])
        """
      #expect(try complex().description == expected)
    }

    @Test func `two suffixes print as in PyTorch`() throws {
      let expected = """
        tensor([[-0.5000,  0.3477,  0.1963,  0.0452],
                [-0.1064, -0.2578, -0.4102,  0.4395]], dtype=torch.bfloat16,
               requires_grad=True)
        """
      #expect(try requiring(formula([2, 4]).to(.bfloat16)).description == expected)
    }

    @Test func `suffixes on a line of their own print as in PyTorch`() throws {
      let expected = """
        tensor([[-0.5000,  0.3484,  0.1967,  0.0451, -0.1065, -0.2582],
                [-0.4098,  0.4386,  0.2869,  0.1353, -0.0164, -0.1680]],
               dtype=torch.float64, requires_grad=True)
        """
      #expect(try requiring(formula([2, 6]).to(.float64)).description == expected)
    }

    @Test func `bytes print as in PyTorch`() throws {
      let expected = """
        tensor([  0, 200], dtype=torch.uint8)
        """
      #expect(try Tensor([0, 200], dtype: .uint8).description == expected)
    }

    @Test func `zeros print as in PyTorch`() throws {
      let expected = """
        tensor([0., 0., 0.])
        """
      #expect(try Tensor.zeros([3]).description == expected)
    }

    @Test func `a tensor that is not made yet prints its shape and is not made`() throws {
      let lazy = LazyTensor(shape: [64, 3], dtype: .float32, requiresGrad: true) { () throws(XylemError) in
        try Tensor.zeros([64, 3])
      }
      let expected = "tensor(..., size=(64, 3), dtype=torch.float32, requires_grad=True)"
      #expect(Tensor(lazy).description == expected)
      #expect(lazy.made == nil)
    }
  }
}
