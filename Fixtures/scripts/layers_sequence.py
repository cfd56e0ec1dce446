"""Embeddings, attention and recurrent layers."""
import torch

from constructs import I
from layers import Case

CAUSAL = torch.tensor([[False, True, True, True], [False, False, True, True], [False, False, False, True]])
PADDED = torch.tensor([[False, False, False, True], [False, True, False, False]])
SELF = ((2, 3, 6), (2, 3, 6), (2, 3, 6))
CROSS = ((2, 3, 6), (2, 4, 6), (2, 4, 6))
SEQUENCE_FIRST = ((3, 2, 6), (4, 2, 6), (4, 2, 6))


def attention(options="", inputs=CROSS, **keywords):
    return Case(f"MultiheadAttention(6, 2{options})", *inputs, **keywords)


CASES = [
    Case("Embedding(7, 3)", I(2, 4, dtype=torch.int64)),
    Case("Embedding(10, 3, padding_idx=0)", I(3, 4, dtype=torch.int64)),
    Case("Embedding(8, 2, padding_idx=-2)", torch.tensor([1, 6, 6, 3])),
    Case("Embedding(8, 2, scale_grad_by_freq=True)", torch.tensor([1, 6, 6, 3])),
    Case("Embedding(7, 3)", torch.tensor(5)),
    Case("Embedding(7, 3)", I(0, dtype=torch.int64)),
    Case("Embedding(7, 3)", I(4, dtype=torch.int32)),
    Case("Embedding(5, 3)", torch.tensor([1, 5]), raises="index out of range in self"),
    attention(inputs=SEQUENCE_FIRST),
    attention(", batch_first=True"),
    attention(", batch_first=True", SELF),
    attention(inputs=((3, 6), (4, 6), (4, 6))),
    attention(", batch_first=True", need_weights=False),
    attention(", batch_first=True", average_attn_weights=False),
    attention(", batch_first=True, bias=False"),
    attention(", batch_first=True, kdim=5, vdim=4", ((2, 3, 6), (2, 4, 5), (2, 4, 4))),
    attention(", batch_first=True, add_bias_kv=True"),
    attention(", batch_first=True, add_zero_attn=True"),
    attention(", batch_first=True, add_bias_kv=True, add_zero_attn=True", attn_mask=CAUSAL),
    attention(", batch_first=True", attn_mask=CAUSAL),
    attention(", batch_first=True", attn_mask=CAUSAL, need_weights=False),
    attention(", batch_first=True", attn_mask=(3, 4)),
    attention(", batch_first=True", attn_mask=(4, 3, 4), average_attn_weights=False),
    attention(", batch_first=True", key_padding_mask=PADDED),
    attention(", batch_first=True", key_padding_mask=(2, 4)),
    attention(", batch_first=True", key_padding_mask=PADDED, attn_mask=CAUSAL, need_weights=False),
    attention(", batch_first=True, dropout=0.5"),
    attention(inputs=((3, 6), (4, 6), (4, 6)), attn_mask=CAUSAL, key_padding_mask=PADDED[0]),
    attention(", batch_first=True", ((2, 3, 5), (2, 4, 5), (2, 4, 5)), raises="was expecting embedding dimension of 6"),
    attention(", batch_first=True", attn_mask=CAUSAL[:2], raises="The shape of the 2D attn_mask is"),
    Case("RNN(3, 4)", (5, 2, 3)),
    Case("RNN(3, 4)", (5, 2, 3), (1, 2, 4)),
    Case("RNN(3, 4, nonlinearity='relu', batch_first=True, bias=False)", (2, 5, 3)),
    Case("RNN(3, 4, num_layers=2, dropout=0.0, bidirectional=True)", (3, 2, 3)),
    Case("RNN(3, 4)", (5, 3)),
    Case("LSTM(3, 4)", (5, 2, 3)),
    Case("LSTM(3, 4)", (5, 2, 3), (I(1, 2, 4), I(1, 2, 4))),
    Case("LSTM(3, 4, batch_first=True)", (2, 5, 3)),
    Case("LSTM(3, 4, bias=False)", (5, 2, 3)),
    Case("LSTM(3, 4, num_layers=2, dropout=0.0)", (4, 2, 3)),
    Case("LSTM(3, 4, bidirectional=True, batch_first=True)", (2, 4, 3)),
    Case("LSTM(3, 4, num_layers=2, bidirectional=True, dropout=0.0)", (3, 2, 3)),
    Case("LSTM(3, 4, proj_size=2)", (4, 2, 3)),
    Case("LSTM(3, 4, proj_size=2, num_layers=2, bidirectional=True)", (3, 2, 3)),
    Case("LSTM(3, 4, num_layers=2, dropout=0.5)", (4, 2, 3)),
    Case("LSTM(3, 4)", (5, 3)),
    Case("LSTM(3, 4)", (5, 3), (I(1, 4), I(1, 4))),
    Case("LSTM(3, 4)", (5, 0, 3)),
    Case("LSTM(3, 4)", (5, 2, 4), raises="input.size(-1) must be equal to input_size"),
    Case("LSTM(3, 4)", (5, 2, 3), (I(1, 3, 4), I(1, 3, 4)), raises="Expected hidden[0] size (1, 2, 4)"),
    Case("GRU(3, 4)", (5, 2, 3)),
    Case("GRU(3, 4)", (5, 2, 3), (1, 2, 4)),
    Case("GRU(3, 4, batch_first=True, bias=False)", (2, 5, 3)),
    Case("GRU(3, 4, num_layers=2, bidirectional=True, dropout=0.0)", (3, 2, 3)),
    Case("GRU(3, 4)", (5, 3)),
    Case("GRU(3, 4)", (5, 2, 3), (1, 3, 4), raises="Expected hidden size (1, 2, 4)"),
    Case("RNNCell(3, 4)", (2, 3)),
    Case("RNNCell(3, 4, bias=False, nonlinearity='relu')", (2, 3), (2, 4)),
    Case("RNNCell(3, 4)", (3,)),
    Case("GRUCell(3, 4)", (2, 3)),
    Case("GRUCell(3, 4)", (2, 3), (2, 4)),
    Case("GRUCell(3, 4, bias=False)", (3,), (4,)),
    Case("GRUCell(3, 4)", (2, 3), (3, 4), raises="doesn't match hidden0 batch size"),
    Case("LSTMCell(3, 4)", (2, 3)),
    Case("LSTMCell(3, 4)", (2, 3), (I(2, 4), I(2, 4))),
    Case("LSTMCell(3, 4, bias=False)", (3,), (I(4), I(4))),
    Case("LSTMCell(3, 4)", (2, 5), raises="input has inconsistent input_size"),
    Case("EmbeddingBag(7, 3)", I(2, 4, dtype=torch.int64)),
    Case("EmbeddingBag(7, 3, mode='sum')", torch.tensor([1, 6, 6, 3, 0]), torch.tensor([0, 2, 2])),
    Case("EmbeddingBag(7, 3, mode='max')", I(2, 4, dtype=torch.int64)),
    Case("EmbeddingBag(7, 3, mode='mean', padding_idx=-1)", torch.tensor([[1, 6, 6], [6, 6, 6]])),
    Case("EmbeddingBag(7, 3, mode='sum', include_last_offset=True)", torch.tensor([1, 6, 6, 3]), torch.tensor([0, 1, 4])),
    Case("EmbeddingBag(7, 3, mode='sum', scale_grad_by_freq=True)", torch.tensor([[1, 6], [6, 6]])),
    Case("EmbeddingBag(7, 3, mode='sum')", torch.tensor([[1, 6], [5, 0]]), per_sample_weights=(2, 2)),
    Case("EmbeddingBag(7, 3)", torch.tensor([1, 6]), raises="offsets has to be a 1D Tensor"),
    Case("TransformerEncoderLayer(6, 2, 8, 0.0)", (3, 2, 6)),
    Case("TransformerEncoderLayer(6, 2, 8, 0.0, 'gelu', batch_first=True, norm_first=True)", (2, 3, 6)),
    Case("TransformerEncoderLayer(6, 2, 8, 0.0, bias=False)", (3, 6)),
    Case("TransformerEncoderLayer(6, 2, 8, 0.0, batch_first=True)", (2, 4, 6), src_key_padding_mask=PADDED),
    Case("TransformerEncoderLayer(6, 2, 8, 0.0)", (3, 2, 6), src_mask=CAUSAL[:, :3]),
    Case("TransformerEncoder(TransformerEncoderLayer(6, 2, 8, 0.0), 2)", (3, 2, 6)),
    Case("TransformerEncoder(TransformerEncoderLayer(6, 2, 8, 0.0), 2, LayerNorm(6))", (3, 2, 6), mask=CAUSAL[:, :3]),
]

INITIAL = [
    "Embedding(7, 3)", "Embedding(7, 3, padding_idx=2)", "MultiheadAttention(4, 2)",
    "MultiheadAttention(4, 2, bias=False)",
    "MultiheadAttention(4, 2, kdim=3, vdim=2)", "MultiheadAttention(4, 2, add_bias_kv=True)", "RNN(3, 2)", "LSTM(3, 2)",
    "LSTMCell(3, 2)", "GRUCell(3, 2)", "EmbeddingBag(7, 3, padding_idx=2)", "TransformerEncoderLayer(4, 2, 3)",
    "LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)", "GRU(3, 2)", "GRU(3, 2, num_layers=2, bias=False)",
]
