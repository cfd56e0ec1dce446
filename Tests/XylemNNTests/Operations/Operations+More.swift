import XylemNN
import XylemTensor

extension Operations {
  static func morePointwise() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.asinh(a)"] = { try $0.a.asinh() }
    t["torch.acosh(a + 2)"] = { try ($0.a + 2).acosh() }
    t["torch.acosh(a)"] = { try $0.a.acosh() }
    t["torch.atanh(a)"] = { try $0.a.atanh() }
    t["torch.erfc(a)"] = { try $0.a.erfc() }
    t["torch.erfinv(a)"] = { try $0.a.erfinv() }
    t["torch.exp2(a)"] = { try $0.a.exp2() }
    t["torch.frac(a)"] = { try $0.a.frac() }
    t["torch.logit(a)"] = { try $0.a.logit() }
    t["torch.logit(a, eps=0.1)"] = { try $0.a.logit(eps: 0.1) }
    t["torch.lgamma(a)"] = { try $0.a.lgamma() }
    t["torch.digamma(a)"] = { try $0.a.digamma() }
    t["torch.sinc(a)"] = { try $0.a.sinc() }
    t["torch.hypot(a, b)"] = { try $0.a.hypot($0.b) }
    t["torch.logaddexp(a, b)"] = { try $0.a.logaddexp($0.b) }
    t["torch.copysign(a, b)"] = { try $0.a.copysign($0.b) }
    t["torch.xlogy(a, b)"] = { try $0.a.xlogy($0.b) }
    t["torch.heaviside(a, b)"] = { try $0.a.heaviside($0.b) }
    t["torch.fmax(a, b)"] = { try $0.a.fmax($0.b) }
    t["torch.fmin(a, b)"] = { try $0.a.fmin($0.b) }
    t["torch.isclose(a, b)"] = { try $0.a.isclose($0.b) }
    t["torch.isclose(a, b, rtol=0.0, atol=0.5, equal_nan=True)"] = {
      try $0.a.isclose($0.b, rtol: 0, atol: 0.5, equalNaN: true)
    }
    t["torch.isin(a, b)"] = { try $0.a.isin($0.b) }
    t["torch.isin(a, b, invert=True)"] = { try $0.a.isin($0.b, invert: true) }
    t["torch.logical_and(a > 0, b)"] = { try $0.a > 0 && $0.b }
    t["torch.logical_or(a > 0, b)"] = { try $0.a > 0 || $0.b }
    t["torch.logical_not(a > 0)"] = { try !($0.a > 0) }
    return t
  }

  static func moreStatistics() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.nanquantile(a, 0.3)"] = { try $0.a.nanquantile(0.3) }
    t["torch.nanquantile(a, 0.5, dim=1, keepdim=True, interpolation='higher')"] = {
      try $0.a.nanquantile(0.5, dim: 1, keepdim: true, interpolation: .higher)
    }
    t["torch.nanquantile(a, b, dim=0)"] = { try $0.a.nanquantile($0.b, dim: 0) }
    t["torch.nanmedian(a)"] = { try $0.a.nanmedian() }
    t["torch.nanmedian(a, dim=1)"] = { try both($0.a.nanmedian(dim: 1)) }
    t["torch.nansum(a)"] = { try $0.a.nansum() }
    t["torch.nansum(a, dim=0, keepdim=True)"] = { try $0.a.nansum(dim: 0, keepdim: true) }
    t["torch.nanmean(a)"] = { try $0.a.nanmean() }
    t["torch.nanmean(a, dim=(0, 1))"] = { try $0.a.nanmean(dim: [0, 1]) }
    t["torch.cummax(a, 1)"] = { try both($0.a.cummax(dim: 1)) }
    t["torch.cummin(a, 0)"] = { try both($0.a.cummin(dim: 0)) }
    t["torch.logcumsumexp(a, 1)"] = { try $0.a.logcumsumexp(dim: 1) }
    t["torch.var_mean(a)"] = { try both($0.a.varMean()) }
    t["torch.var_mean(a, dim=1, correction=0, keepdim=True)"] = {
      try both($0.a.varMean(dim: 1, correction: 0, keepdim: true))
    }
    t["torch.std_mean(a, dim=(0, 2))"] = { try both($0.a.stdMean(dim: [0, 2])) }
    t["torch.aminmax(a)"] = { try both($0.a.aminmax()) }
    t["torch.aminmax(a, dim=1, keepdim=True)"] = { try both($0.a.aminmax(dim: 1, keepdim: true)) }
    t["torch.count_nonzero(a, dim=(0, 1))"] = { try $0.a.countNonzero(dims: [0, 1]) }
    t["torch.unique(a, dim=0)"] = { try $0.a.unique(dim: 0) }
    t["torch.unique_consecutive(a, return_inverse=True, return_counts=True)"] = {
      let found = try $0.a.uniqueConsecutive()
      return [found.values, found.inverse, found.counts]
    }
    t["torch.unique_consecutive(a, return_inverse=True, return_counts=True, dim=0)"] = {
      let found = try $0.a.uniqueConsecutive(dim: 0)
      return [found.values, found.inverse, found.counts]
    }
    t["torch.cov(a)"] = { try $0.a.cov() }
    t["torch.cov(a, correction=0, fweights=b, aweights=c)"] = {
      try $0.a.cov(correction: 0, frequencies: $0.b, weights: $0.c)
    }
    t["torch.corrcoef(a)"] = { try $0.a.corrcoef() }
    t["torch.diff(a)"] = { try $0.a.diff() }
    t["torch.diff(a, 2, 0)"] = { try $0.a.diff(n: 2, dim: 0) }
    t["torch.poisson(torch.exp(a))"] = { try $0.a.exp().poisson() }
    return t
  }

  static func placement() -> OperationTable {
    var t: OperationTable = [:]
    t["a.index_copy(0, b, c)"] = { try $0.a.indexCopy(dim: 0, index: $0.b, source: $0.c) }
    t["a.index_fill(1, b, -1.5)"] = { try $0.a.indexFill(dim: 1, index: $0.b, value: -1.5) }
    t["a.index_put((b, c), d)"] = { try $0.a.indexPut([$0.b, $0.c], $0.d) }
    t["a.index_put((b,), c, accumulate=True)"] = { try $0.a.indexPut([$0.b], $0.c, accumulate: true) }
    t["torch.ops.aten.index_put(a, [None, b], c)"] = { try $0.a.indexPut([nil, $0.b], $0.c) }
    t["a.masked_scatter(b, c)"] = { try $0.a.maskedScatter($0.b, $0.c) }
    t["torch.take(a, b)"] = { try $0.a.take($0.b) }
    t["a.put(b, c)"] = { try $0.a.put($0.b, $0.c) }
    t["a.put(b, c, accumulate=True)"] = { try $0.a.put($0.b, $0.c, accumulate: true) }
    t["a.repeat_interleave(b, dim=0)"] = { try $0.a.repeatInterleave($0.b, dim: 0) }
    t["a.unfold(1, 3, 2)"] = { try $0.a.unfold(dim: 1, size: 3, step: 2) }
    t["a.unfold(0, 3, 1)"] = { try $0.a.unfold(dim: 0, size: 3, step: 1) }
    t["a.select_scatter(b, 1, 2)"] = { try $0.a.selectScatter($0.b, dim: 1, index: 2) }
    t["a.slice_scatter(b, 1, 0, 4, 2)"] = { try $0.a.sliceScatter($0.b, dim: 1, start: 0, end: 4, step: 2) }
    t["torch.argwhere(a)"] = { try $0.a.argwhere() }
    t["torch.renorm(a, 2, 0, 0.3)"] = { try $0.a.renorm(p: 2, dim: 0, maximum: 0.3) }
    return t
  }

  static func arrangement() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.rot90(a)"] = { try $0.a.rot90() }
    t["torch.rot90(a, 3, [1, 2])"] = { try $0.a.rot90(3, dims: [1, 2]) }
    t["torch.tile(a, (2, 1))"] = { try $0.a.tile([2, 1]) }
    t["torch.tile(a, (2,))"] = { try $0.a.tile([2]) }
    t["torch.fliplr(a)"] = { try $0.a.fliplr() }
    t["torch.flipud(a)"] = { try $0.a.flipud() }
    t["torch.ravel(a)"] = { try $0.a.ravel() }
    t["torch.hstack([a, b])"] = { try Tensor.hstack([$0.a, $0.b]) }
    t["torch.vstack([a, b])"] = { try Tensor.vstack([$0.a, $0.b]) }
    t["torch.dstack([a, b])"] = { try Tensor.dstack([$0.a, $0.b]) }
    t["torch.column_stack([a, b])"] = { try Tensor.columnStack([$0.a, $0.b]) }
    t["torch.cartesian_prod(a, b)"] = { try Tensor.cartesianProd([$0.a, $0.b]) }
    t["torch.combinations(a)"] = { try $0.a.combinations() }
    t["torch.combinations(a, 3, with_replacement=True)"] = { try $0.a.combinations(3, withReplacement: true) }
    t["torch.block_diag(a, b)"] = { try Tensor.blockDiag([$0.a, $0.b]) }
    t["torch.tensor_split(a, 3, dim=1)"] = { try $0.a.tensorSplit(3, dim: 1) }
    t["torch.tensor_split(a, (1, 4), dim=1)"] = { try $0.a.tensorSplit(at: [1, 4], dim: 1) }
    t["torch.tril_indices(3, 4)"] = { _ in try Tensor.trilIndices(3, 4) }
    t["torch.triu_indices(3, 4, 1)"] = { _ in try Tensor.triuIndices(3, 4, offset: 1) }
    t["torch.logspace(0, 2, 5)"] = { _ in try Tensor.logspace(0, 2, steps: 5) }
    t["torch.logspace(-1.0, 1.0, 3, base=2.0)"] = { _ in try Tensor.logspace(-1.0, 1.0, steps: 3, base: 2) }
    t["torch.vander(a)"] = { try $0.a.vander() }
    t["torch.vander(a, 2, increasing=True)"] = { try $0.a.vander(2, increasing: true) }
    return t
  }

  static func decompositions() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.linalg.solve_triangular(a, b, upper=True)"] = { try $0.a.solveTriangular($0.b, upper: true) }
    t["torch.linalg.solve_triangular(a, b, upper=False, left=False, unitriangular=True)"] = {
      try $0.a.solveTriangular($0.b, upper: false, left: false, unitriangular: true)
    }
    t["torch.linalg.lu(a)"] = {
      let (p, l, u) = try $0.a.lu()
      return [p, l, u]
    }
    t["torch.view_as_real(torch.linalg.eig(a).eigenvalues)"] = { try ATen.view_as_real($0.a.eig().values) as Tensor }
    t["torch.view_as_real(torch.linalg.eigvals(a))"] = { try ATen.view_as_real($0.a.eigvals()) as Tensor }
    t["torch.linalg.matrix_exp(a)"] = { try $0.a.matrixExp() }
    t["torch.linalg.multi_dot([a, b, c])"] = { try Tensor.multiDot([$0.a, $0.b, $0.c]) }
    t["torch.linalg.multi_dot([a, b])"] = { try Tensor.multiDot([$0.a, $0.b]) }
    t["torch.linalg.cond(a)"] = { try $0.a.cond() }
    t["torch.linalg.cond(a, 1)"] = { try $0.a.cond(1) }
    t["torch.cholesky_solve(a, torch.linalg.cholesky(b))"] = { try $0.a.choleskySolve($0.b.cholesky()) }
    t["torch.linalg.vecdot(a, b)"] = { try $0.a.vecdot($0.b) }
    t["torch.addmv(a, b, c, beta=0.5, alpha=2)"] = { try $0.a.addmv($0.b, $0.c, beta: 0.5, alpha: 2) }
    t["torch.addr(a, b, c, alpha=3)"] = { try $0.a.addr($0.b, $0.c, alpha: 3) }
    return t
  }

  private static func both(_ found: (Tensor, Tensor)) -> [Tensor] { [found.0, found.1] }
}
