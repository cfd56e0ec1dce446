import XylemNN

extension LayerTable {
  static let sequence: [String: Maker] = [
    "Embedding(7, 3)": { Embedding(7, 3) },
    "Embedding(10, 3, padding_idx=0)": { Embedding(10, 3, paddingIdx: 0) },
    "Embedding(8, 2, padding_idx=-2)": { Embedding(8, 2, paddingIdx: -2) },
    "Embedding(8, 2, scale_grad_by_freq=True)": { Embedding(8, 2, scaleGradByFreq: true) },
    "Embedding(5, 3)": { Embedding(5, 3) },
    "MultiheadAttention(6, 2)": { MultiheadAttention(6, 2) },
    "MultiheadAttention(6, 2, batch_first=True)": { MultiheadAttention(6, 2, batchFirst: true) },
    "MultiheadAttention(6, 2, batch_first=True, bias=False)": {
      MultiheadAttention(6, 2, bias: false, batchFirst: true)
    },
    "MultiheadAttention(6, 2, batch_first=True, kdim=5, vdim=4)": {
      MultiheadAttention(6, 2, kdim: 5, vdim: 4, batchFirst: true)
    },
    "MultiheadAttention(6, 2, batch_first=True, add_bias_kv=True)": {
      MultiheadAttention(6, 2, addBiasKV: true, batchFirst: true)
    },
    "MultiheadAttention(6, 2, batch_first=True, add_zero_attn=True)": {
      MultiheadAttention(6, 2, addZeroAttn: true, batchFirst: true)
    },
    "MultiheadAttention(6, 2, batch_first=True, add_bias_kv=True, add_zero_attn=True)": {
      MultiheadAttention(6, 2, addBiasKV: true, addZeroAttn: true, batchFirst: true)
    },
    "MultiheadAttention(6, 2, batch_first=True, dropout=0.5)": {
      MultiheadAttention(6, 2, dropout: 0.5, batchFirst: true)
    },
    "RNN(3, 4)": { RNN(3, 4) },
    "RNN(3, 4, nonlinearity='relu', batch_first=True, bias=False)": {
      RNN(3, 4, nonlinearity: .relu, bias: false, batchFirst: true)
    },
    "RNN(3, 4, num_layers=2, dropout=0.0, bidirectional=True)": {
      RNN(3, 4, numLayers: 2, dropout: 0.0, bidirectional: true)
    },
    "RNNCell(3, 4)": { RNNCell(3, 4) },
    "RNNCell(3, 4, bias=False, nonlinearity='relu')": { RNNCell(3, 4, bias: false, nonlinearity: .relu) },
    "GRUCell(3, 2)": { GRUCell(3, 2) },
    "GRUCell(3, 4)": { GRUCell(3, 4) },
    "GRUCell(3, 4, bias=False)": { GRUCell(3, 4, bias: false) },
    "LSTMCell(3, 2)": { LSTMCell(3, 2) },
    "LSTMCell(3, 4)": { LSTMCell(3, 4) },
    "LSTMCell(3, 4, bias=False)": { LSTMCell(3, 4, bias: false) },
    "EmbeddingBag(7, 3)": { EmbeddingBag(7, 3) },
    "EmbeddingBag(7, 3, padding_idx=2)": { EmbeddingBag(7, 3, paddingIdx: 2) },
    "EmbeddingBag(7, 3, mode='sum')": { EmbeddingBag(7, 3, mode: .sum) },
    "EmbeddingBag(7, 3, mode='max')": { EmbeddingBag(7, 3, mode: .max) },
    "EmbeddingBag(7, 3, mode='mean', padding_idx=-1)": { EmbeddingBag(7, 3, mode: .mean, paddingIdx: -1) },
    "EmbeddingBag(7, 3, mode='sum', include_last_offset=True)": {
      EmbeddingBag(7, 3, mode: .sum, includeLastOffset: true)
    },
    "EmbeddingBag(7, 3, mode='sum', scale_grad_by_freq=True)": {
      EmbeddingBag(7, 3, mode: .sum, scaleGradByFreq: true)
    },
    "TransformerEncoderLayer(4, 2, 3)": { TransformerEncoderLayer(4, 2, dimFeedforward: 3) },
    "TransformerEncoderLayer(6, 2, 8, 0.0)": { TransformerEncoderLayer(6, 2, dimFeedforward: 8, dropout: 0) },
    "TransformerEncoderLayer(6, 2, 8, 0.0, 'gelu', batch_first=True, norm_first=True)": {
      TransformerEncoderLayer(6, 2, dimFeedforward: 8, dropout: 0, activation: .gelu, batchFirst: true, normFirst: true)
    },
    "TransformerEncoderLayer(6, 2, 8, 0.0, bias=False)": {
      TransformerEncoderLayer(6, 2, dimFeedforward: 8, dropout: 0, bias: false)
    },
    "TransformerEncoderLayer(6, 2, 8, 0.0, batch_first=True)": {
      TransformerEncoderLayer(6, 2, dimFeedforward: 8, dropout: 0, batchFirst: true)
    },
    "TransformerEncoder(TransformerEncoderLayer(6, 2, 8, 0.0), 2)": {
      TransformerEncoder(2) { TransformerEncoderLayer(6, 2, dimFeedforward: 8, dropout: 0) }
    },
    "TransformerEncoder(TransformerEncoderLayer(6, 2, 8, 0.0), 2, LayerNorm(6))": {
      TransformerEncoder(2, norm: LayerNorm(6)) { TransformerEncoderLayer(6, 2, dimFeedforward: 8, dropout: 0) }
    },
    "LSTM(3, 4)": { LSTM(3, 4) },
    "LSTM(3, 4, batch_first=True)": { LSTM(3, 4, batchFirst: true) },
    "LSTM(3, 4, bias=False)": { LSTM(3, 4, bias: false) },
    "LSTM(3, 4, num_layers=2, dropout=0.0)": { LSTM(3, 4, numLayers: 2, dropout: 0.0) },
    "LSTM(3, 4, bidirectional=True, batch_first=True)": { LSTM(3, 4, batchFirst: true, bidirectional: true) },
    "LSTM(3, 4, num_layers=2, bidirectional=True, dropout=0.0)": {
      LSTM(3, 4, numLayers: 2, dropout: 0.0, bidirectional: true)
    },
    "LSTM(3, 4, proj_size=2)": { LSTM(3, 4, projSize: 2) },
    "LSTM(3, 4, proj_size=2, num_layers=2, bidirectional=True)": {
      LSTM(3, 4, numLayers: 2, bidirectional: true, projSize: 2)
    },
    "LSTM(3, 4, num_layers=2, dropout=0.5)": { LSTM(3, 4, numLayers: 2, dropout: 0.5) },
    "GRU(3, 4)": { GRU(3, 4) },
    "GRU(3, 4, batch_first=True, bias=False)": { GRU(3, 4, bias: false, batchFirst: true) },
    "GRU(3, 4, num_layers=2, bidirectional=True, dropout=0.0)": {
      GRU(3, 4, numLayers: 2, dropout: 0.0, bidirectional: true)
    },
    "Embedding(7, 3, padding_idx=2)": { Embedding(7, 3, paddingIdx: 2) },
    "MultiheadAttention(4, 2)": { MultiheadAttention(4, 2) },
    "MultiheadAttention(4, 2, bias=False)": { MultiheadAttention(4, 2, bias: false) },
    "MultiheadAttention(4, 2, kdim=3, vdim=2)": { MultiheadAttention(4, 2, kdim: 3, vdim: 2) },
    "MultiheadAttention(4, 2, add_bias_kv=True)": { MultiheadAttention(4, 2, addBiasKV: true) },
    "RNN(3, 2)": { RNN(3, 2) },
    "LSTM(3, 2)": { LSTM(3, 2) },
    "LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)": {
      LSTM(3, 4, numLayers: 2, bidirectional: true, projSize: 2)
    },
    "GRU(3, 2)": { GRU(3, 2) },
    "GRU(3, 2, num_layers=2, bias=False)": { GRU(3, 2, numLayers: 2, bias: false) },
  ]
}
