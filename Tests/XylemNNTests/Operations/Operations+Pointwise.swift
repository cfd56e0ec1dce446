import XylemFiles
import XylemNN
import XylemTensor

extension Operations {
  static func pointwise() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.where(a > 0, a, b)"] = { try Tensor.where($0.a.gt(0), $0.a, $0.b) }
    t["torch.where(a, b, 0.0)"] = { try Tensor.where($0.a, $0.b, 0.0) }
    t["a.clamp(-0.2, 0.3)"] = { try $0.a.clamp(min: -0.2, max: 0.3) }
    t["a.clamp(max=0.1)"] = { try $0.a.clamp(max: 0.1) }
    t["a.clamp(min=b)"] = { try $0.a.clamp(min: $0.b) }
    t["a.abs()"] = { try $0.a.abs() }
    t["a.sign()"] = { try $0.a.sign() }
    t["a.exp()"] = { try $0.a.exp() }
    t["a.expm1()"] = { try $0.a.expm1() }
    t["a.log()"] = { try $0.a.log() }
    t["a.log1p()"] = { try $0.a.log1p() }
    t["(a + 1).log2()"] = { try ($0.a + 1).log2() }
    t["a.sqrt()"] = { try $0.a.sqrt() }
    t["(a + 1).rsqrt()"] = { try ($0.a + 1).rsqrt() }
    t["a.square()"] = { try $0.a.square() }
    t["(a + 1).reciprocal()"] = { try ($0.a + 1).reciprocal() }
    t["(a + 1).pow(0.5)"] = { try ($0.a + 1).pow(0.5) }
    t["(a + 1).pow(b)"] = { try ($0.a + 1).pow($0.b) }
    t["a.sin()"] = { try $0.a.sin() }
    t["a.cos()"] = { try $0.a.cos() }
    t["a.tan()"] = { try $0.a.tan() }
    t["torch.atan2(a, b)"] = { try $0.a.atan2($0.b) }
    t["a.erf()"] = { try $0.a.erf() }
    t["a.sigmoid()"] = { try $0.a.sigmoid() }
    t["a.tanh()"] = { try $0.a.tanh() }
    t["a.round()"] = { try $0.a.round() }
    t["a.round(decimals=1)"] = { try $0.a.round(decimals: 1) }
    t["a.floor()"] = { try $0.a.floor() }
    t["a.ceil()"] = { try $0.a.ceil() }
    t["a.trunc()"] = { try $0.a.trunc() }
    t["a.exp_()"] = { try $0.a.exp_() }
    t["a.sigmoid_()"] = { try $0.a.sigmoid_() }
    t["torch.nan_to_num(a, nan=0.5)"] = { try $0.a.nanToNum(nan: 0.5) }
    t["a.to(torch.int64)"] = { try $0.a.to(.int64) }
    t["a.to(torch.float64)"] = { try $0.a.to(.float64) }
    t["a.to(torch.float16)"] = { try $0.a.to(.float16) }
    t["a.to(torch.bfloat16)"] = { try $0.a.to(.bfloat16) }
    t["a.bool()"] = { try $0.a.bool() }
    t["a.float()"] = { try $0.a.float() }
    t["a.item()"] = { try $0.a.item() }
    t["a.tolist()"] = { try $0.a.unbind().map { try $0.integers() } }
    return t
  }

  static func creation() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.arange(5)"] = { _ in try Tensor.arange(5) }
    t["torch.arange(1, 10, 3)"] = { _ in try Tensor.arange(1, 10, step: 3) }
    t["torch.arange(0.0, 1.0, 0.25)"] = { _ in try Tensor.arange(0.0, 1.0, step: 0.25) }
    t["torch.arange(3, 0, -1)"] = { _ in try Tensor.arange(3, 0, step: -1) }
    t["torch.linspace(-1, 1, 5)"] = { _ in try Tensor.linspace(-1, 1, steps: 5) }
    t["torch.zeros(2, 3)"] = { _ in try Tensor.zeros([2, 3]) }
    t["torch.ones(2, 2, dtype=torch.int64)"] = { _ in try Tensor.ones([2, 2], dtype: .int64) }
    t["torch.full((2, 3), 1.5)"] = { _ in try Tensor.full([2, 3], 1.5) }
    t["torch.full((2,), 7)"] = { _ in try Tensor.full([2], 7) }
    t["torch.eye(3)"] = { _ in try Tensor.eye(3) }
    t["torch.eye(2, 3)"] = { _ in try Tensor.eye(2, 3) }
    t["torch.tensor([[1, 2], [3, 4]])"] = { _ in try Tensor([[1, 2], [3, 4]]) }
    t["torch.tensor(2.5)"] = { _ in try Tensor(2.5) }
    t["torch.zeros_like(a)"] = { try Tensor.zerosLike($0.a) }
    t["torch.ones_like(a)"] = { try Tensor.onesLike($0.a) }
    t["torch.full_like(a, 3)"] = { try Tensor.fullLike($0.a, 3) }
    t["torch.meshgrid(a, b, indexing='ij')"] = { try Tensor.meshgrid($0.a, $0.b) }
    t["torch.meshgrid(a, b, indexing='xy')"] = { try Tensor.meshgrid($0.a, $0.b, indexing: .xy) }
    t["torch.rand(3)"] = { _ in try Tensor.rand([3]) }
    t["torch.randn(2, 3)"] = { _ in try Tensor.randn([2, 3]) }
    t["torch.randn(20)"] = { _ in try Tensor.randn([20]) }
    t["torch.randint(0, 10, (5,))"] = { _ in try Tensor.randint(0, 10, [5]) }
    t["torch.randperm(6)"] = { _ in try Tensor.randperm(6) }
    return t
  }
}
