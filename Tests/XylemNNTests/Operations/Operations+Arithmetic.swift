import XylemNN
import XylemTensor

/// Swift's forms of the golden operations, a table for each group.
enum Operations {
  static func arithmetic() -> OperationTable {
    var t: OperationTable = [:]
    t["a + b"] = { try $0.a + $0.b }
    t["a + 2"] = { try $0.a + 2 }
    t["2.5 + a"] = { try 2.5 + $0.a }
    t["a + 1"] = { try $0.a + 1 }
    t["a + 1.5"] = { try $0.a + 1.5 }
    t["a - b"] = { try $0.a - $0.b }
    t["1 - a"] = { try 1 - $0.a }
    t["torch.add(a, b, alpha=2)"] = { try $0.a.add($0.b, alpha: 2) }
    t["a * b"] = { try $0.a * $0.b }
    t["a * 3"] = { try $0.a * 3 }
    t["a / b"] = { try $0.a / $0.b }
    t["a / 2"] = { try $0.a / 2 }
    t["1 / a"] = { try 1 / $0.a }
    t["a // b"] = { try $0.a.floorDivide($0.b) }
    t["a % b"] = { try $0.a % $0.b }
    t["a % 0.3"] = { try $0.a % 0.3 }
    t["torch.div(a, b, rounding_mode='trunc')"] = { try $0.a.div($0.b, roundingMode: .trunc) }
    t["a ** 2"] = { try $0.a.pow(2) }
    t["2 ** a"] = { try Tensor.pow(2, $0.a) }
    t["-a"] = { try -$0.a }
    t["a & b"] = { try $0.a & $0.b }
    t["a | b"] = { try $0.a | $0.b }
    t["a ^ b"] = { try $0.a ^ $0.b }
    t["~a"] = { try ~$0.a }
    t["a.add_(b)"] = { try $0.a.add_($0.b) }
    t["a.add_(b, alpha=0.5)"] = { try $0.a.add_($0.b, alpha: 0.5) }
    t["a.sub_(0.25)"] = { try $0.a.sub_(0.25) }
    t["a.mul_(b)"] = { try $0.a.mul_($0.b) }
    t["a.div_(4)"] = { try $0.a.div_(4) }
    t["a.neg_()"] = { try $0.a.neg_() }
    t["a.add_(1.5)"] = { try $0.a.add_(1.5) }
    t["a.clamp_(min=-0.1)"] = { try $0.a.clamp_(min: -0.1) }
    t["a.zero_()"] = { try $0.a.zero_() }
    t["a.fill_(2.5)"] = { try $0.a.fill_(2.5) }
    t["a.copy_(b)"] = { try $0.a.copy_($0.b) }
    t["a += b"] = {
      var a = $0.a
      try a += $0.b
      return a
    }
    t["a.lerp(b, 0.25)"] = { try $0.a.lerp($0.b, weight: 0.25) }
    t["torch.addcmul(a, b, c, value=0.5)"] = { try $0.a.addcmul($0.b, $0.c, value: 0.5) }
    return t
  }

  static func comparison() -> OperationTable {
    var t: OperationTable = [:]
    t["a > b"] = { try $0.a > $0.b }
    t["a >= 0.1"] = { try $0.a >= 0.1 }
    t["a < 0"] = { try $0.a < 0 }
    t["a <= b"] = { try $0.a <= $0.b }
    t["a == 3"] = { try $0.a == 3 }
    t["a != b"] = { try $0.a != $0.b }
    t["0.1 >= a"] = { try 0.1 >= $0.a }
    t["0 < a"] = { try 0 < $0.a }
    t["3 == a"] = { try 3 == $0.a }
    t["3 != a"] = {
      let three = 3
      return try three != $0.a
    }
    t["a == b"] = { try $0.a .== $0.b }
    t["(a > 0) & ~(b <= 0.2) | (a == b)"] = {
      let limit = 0.2
      return try ($0.a > 0) & ~($0.b <= limit) | ($0.a == $0.b)
    }
    t["torch.equal(a, b)"] = { try $0.a.equal($0.b) as Bool }
    t["torch.allclose(a, b)"] = { try $0.a.allclose($0.b) as Bool }
    t["torch.isnan(a)"] = { try $0.a.isnan() }
    t["torch.isinf(a)"] = { try $0.a.isinf() }
    t["torch.isfinite(a)"] = { try $0.a.isfinite() }
    t["a.any()"] = { try $0.a.any() }
    t["a.all(dim=1)"] = { try $0.a.all(dim: 1) }
    t["torch.maximum(a, b)"] = { try $0.a.maximum($0.b) }
    t["torch.minimum(a, b)"] = { try $0.a.minimum($0.b) }
    t["torch.logical_not(a)"] = { try $0.a.logicalNot() }
    return t
  }

  static func products() -> OperationTable {
    var t: OperationTable = [:]
    t["a @ b"] = { try $0.a.matmul($0.b) }
    t["torch.matmul(a, b)"] = { try $0.a.matmul($0.b) }
    t["torch.mm(a, b)"] = { try $0.a.mm($0.b) }
    t["torch.bmm(a, b)"] = { try $0.a.bmm($0.b) }
    t["torch.einsum('ij,kj->ik', a, b)"] = { try Tensor.einsum("ij,kj->ik", $0.a, $0.b) }
    t["torch.einsum('bhqd,bhkd->bhqk', a, b)"] = { try Tensor.einsum("bhqd,bhkd->bhqk", $0.a, $0.b) }
    t["torch.einsum('ii->i', a)"] = { try Tensor.einsum("ii->i", $0.a) }
    t["torch.addmm(a, b, c, beta=0.5, alpha=2)"] = { try $0.a.addmm($0.b, $0.c, beta: 0.5, alpha: 2) }
    t["torch.baddbmm(a, b, c)"] = { try $0.a.baddbmm($0.b, $0.c) }
    t["torch.outer(a, b)"] = { try $0.a.outer($0.b) }
    t["torch.dot(a, b)"] = { try $0.a.dot($0.b) }
    return t
  }
}
