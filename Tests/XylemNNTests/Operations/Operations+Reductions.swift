import XylemNN
import XylemTensor

extension Operations {
  static func reductions() -> OperationTable {
    var t: OperationTable = [:]
    t["a.sum()"] = { try $0.a.sum() }
    t["a.sum(dim=1)"] = { try $0.a.sum(dim: 1) }
    t["a.sum(dim=(0, 2), keepdim=True)"] = { try $0.a.sum(dim: [0, 2], keepdim: true) }
    t["a.mean()"] = { try $0.a.mean() }
    t["a.mean(dim=-1, keepdim=True)"] = { try $0.a.mean(dim: -1, keepdim: true) }
    t["a.mean(dim=(1, 2))"] = { try $0.a.mean(dim: [1, 2]) }
    t["a.var()"] = { try $0.a.var() }
    t["a.var(dim=1, unbiased=False)"] = { try $0.a.var(dim: 1, correction: 0) }
    t["a.std(dim=0)"] = { try $0.a.std(dim: 0) }
    t["a.std(dim=1, correction=0, keepdim=True)"] = { try $0.a.std(dim: 1, correction: 0, keepdim: true) }
    t["a.amax(dim=1)"] = { try $0.a.amax(dim: 1) }
    t["a.amin(dim=(0, 1))"] = { try $0.a.amin(dim: [0, 1]) }
    t["a.max()"] = { try $0.a.max() }
    t["a.max(dim=1)"] = { try both($0.a.max(dim: 1)) }
    t["a.min(dim=0)"] = { try both($0.a.min(dim: 0)) }
    t["a.argmax()"] = { try $0.a.argmax() }
    t["a.argmax(dim=1)"] = { try $0.a.argmax(dim: 1) }
    t["a.argmin(dim=0, keepdim=True)"] = { try $0.a.argmin(dim: 0, keepdim: true) }
    t["a.prod()"] = { try $0.a.prod() }
    t["a.prod(dim=1)"] = { try $0.a.prod(dim: 1) }
    t["a.norm()"] = { try $0.a.norm() }
    t["a.norm(p=1, dim=1)"] = { try $0.a.norm(p: 1, dim: 1) }
    t["torch.linalg.vector_norm(a, ord=inf, dim=1)"] = { try $0.a.vectorNorm(ord: Double.infinity, dim: 1) }
    t["a.softmax(dim=1)"] = { try $0.a.softmax(dim: 1) }
    t["a.log_softmax(dim=0)"] = { try $0.a.logSoftmax(dim: 0) }
    t["a.logsumexp(dim=1)"] = { try $0.a.logsumexp(dim: 1) }
    t["a.cumsum(dim=1)"] = { try $0.a.cumsum(dim: 1) }
    t["a.cumsum(dim=0)"] = { try $0.a.cumsum(dim: 0) }
    t["a.sort(dim=1, descending=True)"] = { try both($0.a.sort(dim: 1, descending: true)) }
    t["a.argsort(dim=0)"] = { try $0.a.argsort(dim: 0) }
    t["a.topk(2)"] = { try both($0.a.topk(2)) }
    t["a.topk(2, dim=0, largest=False)"] = { try both($0.a.topk(2, dim: 0, largest: false)) }
    t["a.topk(5)"] = { try both($0.a.topk(5)) }
    t["a.median(dim=1)"] = { try both($0.a.median(dim: 1)) }
    t["torch.unique(a)"] = { try $0.a.unique() }
    t["torch.bincount(a)"] = { try $0.a.bincount() }
    t["a.sum(dim=2)"] = { try $0.a.sum(dim: 2) }
    return t
  }

  private static func both(_ found: (values: Tensor, indices: Tensor)) -> [Tensor] { [found.values, found.indices] }
}
