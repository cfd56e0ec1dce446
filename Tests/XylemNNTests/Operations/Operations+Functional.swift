import XylemNN
import XylemTensor

extension Operations {
  static func functional() -> OperationTable {
    var t: OperationTable = [:]
    t.merge(resizing()) { one, _ in one }
    t.merge(losses()) { one, _ in one }
    t["F.normalize(a)"] = { try F.normalize($0.a) }
    t["F.normalize(a, p=1.0, dim=0)"] = { try F.normalize($0.a, p: 1, dim: 0) }
    t["F.one_hot(a, 4)"] = { try F.oneHot($0.a, numClasses: 4) }
    t["F.one_hot(a)"] = { try F.oneHot($0.a) }
    t["F.one_hot(a, 2)"] = { try F.oneHot($0.a, numClasses: 2) }
    t["F.scaled_dot_product_attention(a, b, c)"] = { try F.scaledDotProductAttention($0.a, $0.b, $0.c) }
    t["F.scaled_dot_product_attention(a, b, c, is_causal=True)"] = {
      try F.scaledDotProductAttention($0.a, $0.b, $0.c, isCausal: true)
    }
    t["F.scaled_dot_product_attention(a, b, c, attn_mask=d, scale=0.3)"] = {
      try F.scaledDotProductAttention($0.a, $0.b, $0.c, attnMask: $0.d, scale: 0.3)
    }
    t["F.cosine_similarity(a, b)"] = { try F.cosineSimilarity($0.a, $0.b) }
    t["F.cosine_similarity(a, b, dim=0)"] = { try F.cosineSimilarity($0.a, $0.b, dim: 0) }
    t["F.pairwise_distance(a, b)"] = { try F.pairwiseDistance($0.a, $0.b) }
    t["F.linear(a, b, c)"] = { try F.linear($0.a, $0.b, $0.c) }
    t["F.conv2d(a, b, c, stride=2, padding=1)"] = { try F.conv2d($0.a, $0.b, $0.c, stride: 2, padding: 1) }
    t["F.batch_norm(a, b, c + 1)"] = { try F.batchNorm($0.a, runningMean: $0.b, runningVar: $0.c + 1) }
    t["F.layer_norm(a, (3,))"] = { try F.layerNorm($0.a, normalizedShape: [3]) }
    t["F.gelu(a)"] = { try F.gelu($0.a) }
    t["F.softplus(a)"] = { try F.softplus($0.a) }
    t["F.dropout(a, 0.5)"] = { try F.dropout($0.a, p: 0.5) }
    t["F.dropout(a, 0.5, training=False)"] = { try F.dropout($0.a, p: 0.5, training: false) }
    t["F.embedding(a, b)"] = { try F.embedding($0.a, $0.b) }
    return t
  }

  private static func resizing() -> OperationTable {
    var t: OperationTable = [:]
    t["F.interpolate(a, size=b.shape[-2:])"] = { try F.interpolate($0.a, size: $0.b.shape[(-2)...]) }
    t["F.interpolate(a, size=(a.size(2) * 2, 3), mode='bilinear')"] = {
      try F.interpolate($0.a, size: [$0.a.shape[2] * 2, 3], mode: .bilinear)
    }
    t["F.avg_pool2d(a, a.shape[-2:])"] = { try F.avgPool2d($0.a, kernelSize: $0.a.shape[(-2)...]) }
    t["F.avg_pool2d(a, (a.size(2) - 1, 2), 1)"] = {
      try F.avgPool2d($0.a, kernelSize: [$0.a.shape[2] - 1, 2], stride: 1)
    }
    t["F.max_pool2d(a, a.size(2))"] = { try F.maxPool2d($0.a, kernelSize: $0.a.shape[2]) }
    t["F.adaptive_avg_pool2d(a, 1)"] = { try F.adaptiveAvgPool2d($0.a, 1) }
    t["F.adaptive_avg_pool2d(a, b.shape[-2:])"] = { try F.adaptiveAvgPool2d($0.a, $0.b.shape[(-2)...]) }
    t["F.adaptive_max_pool2d(a, (a.size(3) - 2, 2))"] = { try F.adaptiveMaxPool2d($0.a, [$0.a.shape[3] - 2, 2]) }
    t["F.pad(a, (0, a.size(3) % 3, 1, 0))"] = { try F.pad($0.a, [0, $0.a.shape[3] % 3, 1, 0]) }
    t["F.interpolate(a, scale_factor=2)"] = { try F.interpolate($0.a, scaleFactor: 2) }
    t["F.interpolate(a, size=(3, 5), mode='bilinear')"] = {
      try F.interpolate($0.a, size: [3, 5], mode: .bilinear)
    }
    t["F.interpolate(a, size=(3, 5), mode='bilinear', align_corners=True)"] = {
      try F.interpolate($0.a, size: [3, 5], mode: .bilinear, alignCorners: true)
    }
    t["F.interpolate(a, size=(3, 2), mode='bilinear', antialias=True)"] = {
      try F.interpolate($0.a, size: [3, 2], mode: .bilinear, antialias: true)
    }
    t["F.interpolate(a, size=(4, 3), mode='bicubic')"] = { try F.interpolate($0.a, size: [4, 3], mode: .bicubic) }
    t["F.interpolate(a, size=(2, 2), mode='area')"] = { try F.interpolate($0.a, size: [2, 2], mode: .area) }
    t["F.pad(a, (1, 2))"] = { try F.pad($0.a, [1, 2]) }
    t["F.pad(a, (1, 0, 0, 1), value=0.5)"] = { try F.pad($0.a, [1, 0, 0, 1], value: 0.5) }
    t["F.pad(a, (2, 1), mode='reflect')"] = { try F.pad($0.a, [2, 1], mode: .reflect) }
    t["F.pad(a, (1, 1, 2, 0), mode='replicate')"] = { try F.pad($0.a, [1, 1, 2, 0], mode: .replicate) }
    t["F.pad(a, (1, 2), mode='circular')"] = { try F.pad($0.a, [1, 2], mode: .circular) }
    t["F.pad(a, (-1, 1))"] = { try F.pad($0.a, [-1, 1]) }
    t["F.unfold(a, 2)"] = { try F.unfold($0.a, kernelSize: 2) }
    t["F.unfold(a, (2, 1), dilation=2, padding=1, stride=2)"] = {
      try F.unfold($0.a, kernelSize: [2, 1], dilation: 2, padding: 1, stride: 2)
    }
    t["F.fold(a, (3, 3), 2)"] = { try F.fold($0.a, outputSize: [3, 3], kernelSize: 2) }
    t["F.grid_sample(a, b)"] = { try F.gridSample($0.a, $0.b) }
    t["F.grid_sample(a, b, mode='nearest', padding_mode='border', align_corners=True)"] = {
      try F.gridSample($0.a, $0.b, mode: .nearest, paddingMode: .border, alignCorners: true)
    }
    t["F.grid_sample(a, b, mode='bicubic', padding_mode='reflection', align_corners=False)"] = {
      try F.gridSample($0.a, $0.b, mode: .bicubic, paddingMode: .reflection, alignCorners: false)
    }
    return t
  }

  private static func losses() -> OperationTable {
    var t: OperationTable = [:]
    t["F.cross_entropy(a, b)"] = { try F.crossEntropy($0.a, $0.b) }
    t["F.cross_entropy(a, b, reduction='none', label_smoothing=0.1)"] = {
      try F.crossEntropy($0.a, $0.b, reduction: .none, labelSmoothing: 0.1)
    }
    t["F.cross_entropy(a, b, weight=c, reduction='sum')"] = {
      try F.crossEntropy($0.a, $0.b, weight: $0.c, reduction: .sum)
    }
    t["F.cross_entropy(a, b, ignore_index=0)"] = { try F.crossEntropy($0.a, $0.b, ignoreIndex: 0) }
    t["F.cross_entropy(a, b.softmax(1))"] = { try F.crossEntropy($0.a, $0.b.softmax(dim: 1)) }
    t["F.nll_loss(a.log_softmax(1), b)"] = { try F.nllLoss($0.a.logSoftmax(dim: 1), $0.b) }
    t["F.mse_loss(a, b)"] = { try F.mseLoss($0.a, $0.b) }
    t["F.mse_loss(a, b, reduction='sum')"] = { try F.mseLoss($0.a, $0.b, reduction: .sum) }
    t["F.l1_loss(a, b)"] = { try F.l1Loss($0.a, $0.b) }
    t["F.l1_loss(a, b, reduction='none')"] = { try F.l1Loss($0.a, $0.b, reduction: .none) }
    t["F.smooth_l1_loss(a, b)"] = { try F.smoothL1Loss($0.a, $0.b) }
    t["F.smooth_l1_loss(a, b, beta=0.2)"] = { try F.smoothL1Loss($0.a, $0.b, beta: 0.2) }
    t["F.huber_loss(a, b, delta=0.2)"] = { try F.huberLoss($0.a, $0.b, delta: 0.2) }
    t["F.binary_cross_entropy_with_logits(a, b.sigmoid())"] = {
      try F.binaryCrossEntropyWithLogits($0.a, $0.b.sigmoid())
    }
    t["F.binary_cross_entropy_with_logits(a, b.sigmoid(), pos_weight=c)"] = {
      try F.binaryCrossEntropyWithLogits($0.a, $0.b.sigmoid(), posWeight: $0.c)
    }
    t["F.binary_cross_entropy(a.sigmoid(), b.sigmoid())"] = {
      try F.binaryCrossEntropy($0.a.sigmoid(), $0.b.sigmoid())
    }
    t["F.kl_div(a.log_softmax(1), b.softmax(1), reduction='batchmean')"] = {
      try F.klDiv($0.a.logSoftmax(dim: 1), $0.b.softmax(dim: 1), reduction: .batchMean)
    }
    return t
  }
}
