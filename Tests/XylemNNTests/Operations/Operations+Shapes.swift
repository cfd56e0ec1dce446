import XylemNN
import XylemTensor

extension Operations {
  static func indexing() -> OperationTable {
    var t: OperationTable = [:]
    t.merge(reading()) { one, _ in one }
    t.merge(writing()) { one, _ in one }
    t["a.gather(1, b)"] = { try $0.a.gather(dim: 1, index: $0.b) }
    t["a.index_select(1, b)"] = { try $0.a.indexSelect(dim: 1, index: $0.b) }
    t["a.scatter_add(1, b, c)"] = { try $0.a.scatterAdd(dim: 1, index: $0.b, src: $0.c) }
    t["a.scatter(1, b, 9.0)"] = { try $0.a.scatter(dim: 1, index: $0.b, value: 9.0) }
    t["a.masked_fill(b, -1.5)"] = { try $0.a.maskedFill($0.b, -1.5) }
    t["a.masked_fill_(b, 0)"] = { try $0.a.maskedFill_($0.b, 0) }
    t["torch.masked_select(a, b)"] = { try $0.a.maskedSelect($0.b) }
    t["torch.nonzero(a)"] = { try $0.a.nonzero() }
    t["torch.take_along_dim(a, b, dim=0)"] = { try $0.a.takeAlongDim($0.b, dim: 0) }
    t["a.select(1, 2)"] = { try $0.a.select(dim: 1, index: 2) }
    t["a.narrow(1, 1, 2)"] = { try $0.a.narrow(dim: 1, start: 1, length: 2) }
    return t
  }

  static func shapes() -> OperationTable {
    var t: OperationTable = [:]
    t["a.reshape(2, 6)"] = { try $0.a.reshape([2, 6]) }
    t["a.reshape(-1)"] = { try $0.a.reshape([-1]) }
    t["a.reshape(2, -1, 2)"] = { try $0.a.reshape([2, -1, 2]) }
    t.merge(symbolicSizes()) { one, _ in one }
    t["a.reshape(5, 2)"] = { try $0.a.reshape([5, 2]) }
    t["a.view(6, 2)"] = { try $0.a.view([6, 2]) }
    t["a.t().view(12)"] = { try $0.a.t().view([12]) }
    t["a.flatten(1)"] = { try $0.a.flatten(startDim: 1) }
    t["a.flatten()"] = { try $0.a.flatten() }
    t["a.unflatten(1, (2, 3))"] = { try $0.a.unflatten(dim: 1, sizes: [2, 3]) }
    t["a.permute(2, 0, 1)"] = { try $0.a.permute(2, 0, 1) }
    t["a.transpose(0, 1)"] = { try $0.a.transpose(0, 1) }
    t["a.transpose(-1, -2)"] = { try $0.a.transpose(-1, -2) }
    t["a.t()"] = { try $0.a.t() }
    t["a.movedim(0, -1)"] = { try $0.a.movedim(0, -1) }
    t["a.expand(3, 4)"] = { try $0.a.expand([3, 4]) }
    t["a.expand(2, -1, 3)"] = { try $0.a.expand([2, -1, 3]) }
    t["a.squeeze()"] = { try $0.a.squeeze() }
    t["a.squeeze(0)"] = { try $0.a.squeeze(dim: 0) }
    t["a.squeeze(1)"] = { try $0.a.squeeze(dim: 1) }
    t["a.unsqueeze(-1)"] = { try $0.a.unsqueeze(dim: -1) }
    t["a.chunk(3, dim=1)"] = { try $0.a.chunk(3, dim: 1) }
    t["a.split(2)"] = { try $0.a.split(2, count: 3) }
    t["a.split([1, 3], dim=1)"] = { try $0.a.split([1, 3], dim: 1) }
    t["a.unbind(1)"] = { try $0.a.unbind(dim: 1, count: 3) }
    t["torch.stack([a, b], dim=1)"] = { try Tensor.stack([$0.a, $0.b], dim: 1) }
    t["torch.cat([a, b], dim=1)"] = { try Tensor.cat([$0.a, $0.b], dim: 1) }
    t["torch.cat([a, b])"] = { try Tensor.cat([$0.a, $0.b]) }
    t["a.repeat(2, 3)"] = { try $0.a.repeat([2, 3]) }
    t["a.repeat(2, 1, 1)"] = { try $0.a.repeat([2, 1, 1]) }
    t["a.repeat_interleave(2, dim=1)"] = { try $0.a.repeatInterleave(2, dim: 1) }
    t["a.roll(1)"] = { try $0.a.roll(1) }
    t["a.roll((1, -1), dims=(0, 1))"] = { try $0.a.roll([1, -1], dims: [0, 1]) }
    t["a.flip(1)"] = { try $0.a.flip(1) }
    t["a.flip([0, 1])"] = { try $0.a.flip([0, 1]) }
    t["a.tril()"] = { try $0.a.tril() }
    t["a.triu(1)"] = { try $0.a.triu(diagonal: 1) }
    t["a.diagonal()"] = { try $0.a.diagonal() }
    t["torch.broadcast_to(a, (2, 3))"] = { try $0.a.broadcastTo([2, 3]) }
    return t
  }

  /// Sizes of the input in shapes, positions and numbers: numbers outside of a trace, and nodes in one.
  private static func symbolicSizes() -> OperationTable {
    var t: OperationTable = [:]
    t["a.reshape(a.size(0), -1)"] = { try $0.a.reshape($0.a.shape[0], -1) }
    t["a.reshape(a.shape[:-1] + (3, -1))"] = { try $0.a.reshape($0.a.shape[..<(-1)] + [3, -1]) }
    t["a.reshape(a.shape[1:3] + (-1,))"] = { try $0.a.reshape($0.a.shape[1..<3] + [-1]) }
    t["a.expand(a.size(0) * 2 - 1, -1)"] = {
      let two = 2
      return try $0.a.expand([$0.a.shape[0] * two - 1, -1])
    }
    t["torch.zeros(a.size(0), 3)"] = {
      let (n, three) = (try $0.a.shape[0], 3)
      return try Tensor.zeros([n, three])
    }
    t["torch.ones(a.shape)"] = { try Tensor.ones($0.a.shape) }
    t["torch.full((a.size(1) // 2, a.size(0) % 2 + 1), 3)"] = {
      let (n, m) = try $0.a.shape.two
      return try Tensor.full([m / 2, 1 + n % 2], 3)
    }
    t["torch.arange(a.size(1))"] = { try Tensor.arange($0.a.shape[1]) }
    t["torch.arange(1, a.size(1), 2)"] = { try Tensor.arange(1, $0.a.shape[1], step: 2) }
    t["torch.eye(a.size(0))"] = { try Tensor.eye($0.a.shape[0]) }
    t["a.topk(a.size(1) // 2, dim=1)"] = {
      let best = try $0.a.topk($0.a.shape[1] / 2, dim: 1)
      return [best.values, best.indices]
    }
    t["a * a.size(0) + a.size(1)"] = { try $0.a * $0.a.shape[0] + $0.a.shape[1] }
    t["a[1:a.size(0)]"] = {
      let n = try $0.a.shape[0]
      return try $0.a[1..<n] as Tensor
    }
    t["a[:, a.size(1) - 2:]"] = {
      let start = try $0.a.shape[1] - 2
      return try $0.a[.all, start...] as Tensor
    }
    t["a[a.size(0) - 1]"] = { try $0.a[$0.a.shape[0] - 1] as Tensor }
    t["a.narrow(1, 1, a.size(0))"] = { try $0.a.narrow(dim: 1, start: 1, length: $0.a.shape[0]) }
    t["a.repeat(a.size(0), 1)"] = { try $0.a.repeat($0.a.shape[0], 1) }
    return t
  }
}
