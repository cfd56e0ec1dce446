import XylemNN
import XylemTensor

extension Operations {
  static func linearAlgebra() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.linalg.solve(a, b)"] = { try $0.a.solve($0.b) }
    t["torch.linalg.lstsq(a, b).solution"] = { try $0.a.leastSquares($0.b) }
    t["torch.linalg.inv(a)"] = { try $0.a.inverse() }
    t["torch.linalg.pinv(a)"] = { try $0.a.pseudoinverse() }
    t["torch.linalg.det(a)"] = { try $0.a.det() }
    t["torch.linalg.slogdet(a)"] = {
      let found = try $0.a.slogdet()
      return [found.sign, found.logarithm]
    }
    t["torch.linalg.svd(a).S"] = { try $0.a.svd().s }
    t["(lambda u, s, v: u @ torch.diag(s) @ v)(*torch.linalg.svd(a, full_matrices=False))"] = {
      let (u, s, vh) = try $0.a.svd(fullMatrices: false)
      return try u.matmul(s.diag()).matmul(vh)
    }
    t["torch.linalg.svdvals(a)"] = { try $0.a.singularValues() }
    t["torch.linalg.qr(a)"] = {
      let (q, r) = try $0.a.qr()
      return [q, r]
    }
    t["torch.linalg.cholesky(a)"] = { try $0.a.cholesky() }
    t["torch.linalg.cholesky(a, upper=True)"] = { try $0.a.cholesky(upper: true) }
    t["torch.linalg.eigh(a).eigenvalues"] = { try $0.a.eigh().values }
    t["torch.linalg.eigvalsh(a)"] = { try $0.a.eigvalsh() }
    t["torch.linalg.matrix_power(a, 3)"] = { try $0.a.matrixPower(3) }
    t["torch.linalg.matrix_power(a, -1)"] = { try $0.a.matrixPower(-1) }
    t["torch.linalg.matrix_norm(a)"] = { try $0.a.matrixNorm() }
    t["torch.linalg.matrix_norm(a, 'nuc', keepdim=True)"] = { try $0.a.matrixNorm(.nuclear, keepdim: true) }
    t["torch.linalg.matrix_rank(a)"] = { try $0.a.matrixRank() }
    t["torch.linalg.cross(a, b)"] = { try $0.a.cross($0.b) }
    t["torch.linalg.cross(a, b, dim=0)"] = { try $0.a.cross($0.b, dim: 0) }
    t["torch.diag(a)"] = { try $0.a.diag() }
    t["torch.diag(a, 1)"] = { try $0.a.diag(1) }
    t["torch.diag_embed(a)"] = { try $0.a.diagEmbed() }
    t["torch.trace(a)"] = { try $0.a.trace() }
    t["torch.mv(a, b)"] = { try $0.a.mv($0.b) }
    t["torch.inner(a, b)"] = { try $0.a.inner($0.b) }
    t["torch.kron(a, b)"] = { try $0.a.kron($0.b) }
    t["torch.tensordot(a, b, dims=([1, 0], [0, 1]))"] = { try $0.a.tensordot($0.b, dims: [1, 0], otherDims: [0, 1]) }
    t["torch.cdist(a, b)"] = { try $0.a.cdist($0.b) }
    t["torch.cdist(a, b, p=1.0)"] = { try $0.a.cdist($0.b, p: 1) }
    t["torch.fmod(a, b)"] = { try $0.a.fmod($0.b) }
    t["torch.fmod(a, 0.3)"] = { try $0.a.fmod(0.3) }
    return t
  }

  private static let viewAsReal = OperatorReference("aten::view_as_real")
  private static let realPart = OperatorReference("aten::real")

  /// Both parts of complex numbers along a last dimension.
  private static func parts(_ x: Tensor) throws -> Tensor { try viewAsReal.tensor([.tensor(x)]) }
  private static func real(_ x: Tensor) throws -> Tensor { try realPart.tensor([.tensor(x)]) }

  static func fourier() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.view_as_real(torch.fft.fft(a))"] = { try parts($0.a.fft()) }
    t["torch.view_as_real(torch.fft.fft(a, 6, dim=0, norm='ortho'))"] = { try parts($0.a.fft(6, dim: 0, norm: .ortho)) }
    t["torch.fft.ifft(torch.fft.fft(a)).real"] = { try real($0.a.fft().ifft()) }
    t["torch.view_as_real(torch.fft.rfft(a))"] = { try parts($0.a.rfft()) }
    t["torch.fft.irfft(torch.fft.rfft(a))"] = { try $0.a.rfft().irfft() }
    t["torch.fft.irfft(torch.fft.rfft(a), 5)"] = { try $0.a.rfft().irfft(5) }
    t["torch.view_as_real(torch.fft.fft2(a))"] = { try parts($0.a.fft2()) }
    t["torch.fft.ifft2(torch.fft.fft2(a)).real"] = { try real($0.a.fft2().ifft2()) }
    t["torch.view_as_real(torch.fft.rfft2(a, norm='forward'))"] = { try parts($0.a.rfft2(norm: .forward)) }
    t["torch.fft.irfft2(torch.fft.rfft2(a))"] = { try $0.a.rfft2().irfft2() }
    t["torch.fft.fftshift(a)"] = { try $0.a.fftshift() }
    t["torch.fft.fftshift(a, dim=1)"] = { try $0.a.fftshift(dim: 1) }
    t["torch.fft.ifftshift(a, dim=(0,))"] = { try $0.a.ifftshift(dim: [0]) }
    t["torch.fft.fftfreq(5, 0.5)"] = { _ in try Tensor.fftfreq(5, spacing: 0.5) }
    t["torch.fft.rfftfreq(6)"] = { _ in try Tensor.rfftfreq(6) }
    t["torch.fft.fft(a, 0)"] = { try $0.a.fft(0) }
    return t
  }

  static func statistics() -> OperationTable {
    var t: OperationTable = [:]
    t["torch.quantile(a, 0.3)"] = { try $0.a.quantile(0.3) }
    t["torch.quantile(a, 0.3, dim=1, keepdim=True, interpolation='lower')"] = {
      try $0.a.quantile(0.3, dim: 1, keepdim: true, interpolation: .lower)
    }
    t["torch.quantile(a, b, dim=0)"] = { try $0.a.quantile($0.b, dim: 0) }
    t["torch.quantile(a, 1.5)"] = { try $0.a.quantile(1.5) }
    t["torch.searchsorted(a, b)"] = { try $0.a.searchsorted($0.b) }
    t["torch.searchsorted(a, b, right=True)"] = { try $0.a.searchsorted($0.b, right: true) }
    t["torch.bucketize(a, b)"] = { try $0.a.bucketize($0.b) }
    t["torch.histc(a, bins=4)"] = { try $0.a.histc(bins: 4) }
    t["torch.histc(a, bins=3, min=-0.3, max=0.3)"] = { try $0.a.histc(bins: 3, min: -0.3, max: 0.3) }
    t["torch.kthvalue(a, 2)"] = { try both($0.a.kthvalue(2)) }
    t["torch.kthvalue(a, 3, dim=0, keepdim=True)"] = { try both($0.a.kthvalue(3, dim: 0, keepdim: true)) }
    t["torch.kthvalue(a, 9)"] = { try both($0.a.kthvalue(9)) }
    t["torch.mode(a).values"] = { try $0.a.mode().values }
    t["a.scatter_reduce(0, b, c, 'sum')"] = { try $0.a.scatterReduce(dim: 0, index: $0.b, src: $0.c, reduce: .sum) }
    t["a.scatter_reduce(0, b, c, 'mean', include_self=False)"] = {
      try $0.a.scatterReduce(dim: 0, index: $0.b, src: $0.c, reduce: .mean, includeSelf: false)
    }
    t["a.scatter_reduce(1, b, c, 'amax')"] = { try $0.a.scatterReduce(dim: 1, index: $0.b, src: $0.c, reduce: .amax) }
    t["torch.multinomial(torch.abs(a), 2)"] = { try $0.a.abs().multinomial(2) }
    t["torch.multinomial(torch.abs(a), 6, replacement=True)"] = { try $0.a.abs().multinomial(6, replacement: true) }
    t["torch.multinomial(a, 6)"] = { try $0.a.multinomial(6) }
    t["torch.bernoulli(torch.abs(a))"] = { try $0.a.abs().bernoulli() }
    t["torch.bernoulli(a, p=0.3)"] = { try $0.a.bernoulli(p: 0.3) }
    t["torch.bernoulli(a)"] = { try $0.a.bernoulli() }
    t["torch.normal(a, torch.abs(b))"] = { try Tensor.normal(mean: $0.a, std: $0.b.abs()) }
    t["torch.normal(a, 2.0)"] = { try Tensor.normal(mean: $0.a, std: 2) }
    t["torch.normal(1.0, torch.abs(a))"] = { try Tensor.normal(mean: 1, std: $0.a.abs()) }
    t["torch.normal(1.0, 0.5, (2, 3))"] = { _ in try Tensor.normal(mean: 1, std: 0.5, [2, 3]) }
    return t
  }

  static func moreFunctional() -> OperationTable {
    var t: OperationTable = [:]
    t["F.prelu(a, b)"] = { try F.prelu($0.a, $0.b) }
    t["F.hardtanh(a, -0.2, 0.3)"] = { try F.hardtanh($0.a, minVal: -0.2, maxVal: 0.3) }
    t["F.selu(a)"] = { try F.selu($0.a) }
    t["F.celu(a, alpha=0.5)"] = { try F.celu($0.a, alpha: 0.5) }
    t["F.glu(a)"] = { try F.glu($0.a) }
    t["F.glu(a, dim=0)"] = { try F.glu($0.a, dim: 0) }
    t["F.affine_grid(a, [2, 3, 2, 4], align_corners=False)"] = { try F.affineGrid($0.a, [2, 3, 2, 4]) }
    t["F.affine_grid(a, [1, 1, 2, 2, 3], align_corners=True)"] = {
      try F.affineGrid($0.a, [1, 1, 2, 2, 3], alignCorners: true)
    }
    t["F.triplet_margin_loss(a, b, c)"] = { try F.tripletMarginLoss($0.a, $0.b, $0.c) }
    t["F.triplet_margin_loss(a, b, c, margin=0.5, p=1.0, swap=True, reduction='none')"] = {
      try F.tripletMarginLoss($0.a, $0.b, $0.c, margin: 0.5, p: 1, swap: true, reduction: .none)
    }
    t["F.ctc_loss(F.log_softmax(a, 2), b, c, d)"] = {
      try F.ctcLoss(F.logSoftmax($0.a, dim: 2), $0.b, inputLengths: $0.c, targetLengths: $0.d)
    }
    t["F.ctc_loss(F.log_softmax(a, 2), b, c, d, reduction='none', zero_infinity=True)"] = {
      try F.ctcLoss(
        F.logSoftmax($0.a, dim: 2), $0.b, inputLengths: $0.c, targetLengths: $0.d, reduction: .none, zeroInfinity: true)
    }
    t["F.cosine_embedding_loss(a, b, c)"] = { try F.cosineEmbeddingLoss($0.a, $0.b, $0.c) }
    t["F.cosine_embedding_loss(a, b, c, margin=0.5, reduction='sum')"] = {
      try F.cosineEmbeddingLoss($0.a, $0.b, $0.c, margin: 0.5, reduction: .sum)
    }
    t["F.margin_ranking_loss(a, b, c, margin=0.1)"] = { try F.marginRankingLoss($0.a, $0.b, $0.c, margin: 0.1) }
    t["F.hinge_embedding_loss(a, b)"] = { try F.hingeEmbeddingLoss($0.a, $0.b) }
    return t
  }

  private static func both(_ found: (values: Tensor, indices: Tensor)) -> [Tensor] { [found.values, found.indices] }
}
