import XylemTestSupport

/// What is said of each archive in `Fixtures/modes`, whole: level, rule and sentence of every finding.
enum ModeClaims {
  static let all: [String: [String]] = [
    "alpha_dropout": [
      "info random-in-one-mode: dropout (AlphaDropout, one layer) draws random numbers in train mode and returns its input in eval mode"
    ],
    "alpha_dropout_0": [],
    "attention": [],
    "attention_dropout": [
      "info random-in-one-mode: dropout (MultiheadAttention, one layer) draws random numbers in train mode and none in eval mode"
    ],
    "attention_dropout_traced_train": [
      "warning random-in-eval: dropout (MultiheadAttention, one layer) draws random numbers in both modes"
    ],
    "batch_norm": [
      "info state-updated-in-one-mode: batch norm (BatchNorm2d, one layer) updates its statistics in train mode and uses them in eval mode"
    ],
    "batch_norm_always": [
      "warning state-updated-in-eval: batch_norm writes mean, var in both modes"
    ],
    "batch_norm_always_momentum_0": [],
    "batch_norm_momentum_0": [
      "info state-updated-in-one-mode: batch norm (BatchNorm2d, one layer) writes state in train mode and not in eval mode"
    ],
    "batch_norm_momentum_none": [
      "info state-updated-in-one-mode: batch norm (BatchNorm2d, one layer) updates its statistics in train mode and uses them in eval mode"
    ],
    "batch_norm_rows": [
      "info state-updated-in-one-mode: batch norm (BatchNorm1d, one layer) updates its statistics in train mode and uses them in eval mode"
    ],
    "batch_norm_traced_eval": [],
    "batch_norm_traced_train": [
      "warning state-updated-in-eval: batch norm (BatchNorm2d, one layer) writes layers.0.num_batches_tracked, layers.0.running_mean, layers.0.running_var in both modes"
    ],
    "batch_norm_untracked": [],
    "bernoulli": [
      "warning random-in-eval: bernoulli draws random numbers in both modes"
    ],
    "counter": [
      "warning state-updated-in-eval: add writes calls in both modes"
    ],
    "counter_in_training": [
      "warning state-updated-in-one-mode: add and 2 nodes that belong to it run in train mode only"
    ],
    "counter_integer": [
      "warning state-updated-in-eval: an assignment writes calls in both modes"
    ],
    "dropout": [
      "info random-in-one-mode: dropout (Dropout, one layer) draws random numbers in train mode and returns its input in eval mode"
    ],
    "dropout_0": [],
    "dropout_0_traced_train": [],
    "dropout_1": [
      "info leaf-mode-declared: dropout (Dropout, one layer) returns zeros in train mode and returns its input in eval mode"
    ],
    "dropout_in_place": [
      "info random-in-one-mode: dropout (Dropout2d, one layer) draws random numbers in train mode and returns its input in eval mode"
    ],
    "dropout_traced_eval": [],
    "dropout_traced_train": [
      "warning random-in-eval: dropout (Dropout, one layer) draws random numbers in both modes"
    ],
    "embedding_clipped": [
      "warning state-updated-in-eval: embedding_renorm writes weight in both modes"
    ],
    "feature_alpha_dropout": [
      "info random-in-one-mode: dropout (FeatureAlphaDropout, one layer) draws random numbers in train mode and returns its input in eval mode"
    ],
    "frozen": [
      "info submodule-mode-mixed: norm (BatchNorm2d) keeps its own mode and does not follow the model's",
      "info random-in-one-mode: dropout (Dropout, one layer) draws random numbers in train mode and returns its input in eval mode",
    ],
    "functional_dropout": [
      "info attribute-differs: dropout follows the mode through the argument 'training' of dropout"
    ],
    "functional_dropout_0": [],
    "functional_dropout_always": [
      "warning random-in-eval: dropout draws random numbers in both modes: its argument 'training' is True"
    ],
    "functional_dropouts_always": [
      "warning random-in-eval: dropout2d draws random numbers in both modes: its argument 'training' is True",
      "warning random-in-eval: feature_alpha_dropout draws random numbers in both modes: its argument 'training' is True",
      "warning random-in-eval: alpha_dropout draws random numbers in both modes: its argument 'training' is True",
    ],
    "group_norm": [],
    "gru": [],
    "gru_dropout": [
      "info random-in-one-mode: dropout (GRU, one layer) draws random numbers in train mode and none in eval mode"
    ],
    "gumbel_softmax": [
      "warning random-in-eval: gumbel_softmax draws random numbers in both modes"
    ],
    "instance_norm": [],
    "instance_norm_affine": [],
    "instance_norm_traced_train": [],
    "instance_norm_tracked": [
      "info state-updated-in-one-mode: instance norm (InstanceNorm2d, one layer) updates its statistics in train mode and uses them in eval mode"
    ],
    "layer_drop": [
      "warning random-in-one-mode: rand and 3 nodes that belong to it run in train mode only",
      "warning node-only-in-eval: layer (Conv2d), a node, runs in eval mode only",
    ],
    "layer_norm": [],
    "leaf_counting": [
      "warning state-updated-in-eval: CountingLeaf, a leaf in one place, writes layers.0.calls in both modes"
    ],
    "leaf_modal": [
      "warning leaf-mode-unknown: ModalLeaf, a leaf in one place, depends on the mode: it draws random numbers (dropout) in train mode only"
    ],
    "leaf_modeless": [],
    "leaf_random": [
      "warning random-in-eval: RandomLeaf, a leaf in one place, draws random numbers in both modes"
    ],
    "local_writes": [],
    "lstm": [],
    "lstm_dropout": [
      "info random-in-one-mode: dropout (LSTM, one layer) draws random numbers in train mode and none in eval mode"
    ],
    "lstm_dropout_one_layer": [],
    "lstm_dropout_traced_eval": [],
    "lstm_dropout_traced_train": [
      "warning random-in-eval: dropout (LSTM, one layer) draws random numbers in both modes"
    ],
    "network": [
      "info state-updated-in-one-mode: batch norm (BatchNorm2d, one layer) updates its statistics in train mode and uses them in eval mode",
      "info random-in-one-mode: dropout (Dropout, one layer) draws random numbers in train mode and returns its input in eval mode",
    ],
    "network_modeless": [],
    "network_traced_eval": [],
    "network_traced_train": [
      "warning state-updated-in-eval: batch norm (BatchNorm2d, one layer) writes layers.1.num_batches_tracked, layers.1.running_mean, layers.1.running_var in both modes",
      "warning random-in-eval: dropout (Dropout, one layer) draws random numbers in both modes",
    ],
    "noise": [
      "warning random-in-eval: rand_like draws random numbers in both modes"
    ],
    "noise_in_evaluation": [
      "warning random-in-one-mode: randn_like and a node that belong to it run in eval mode only"
    ],
    "noise_in_place": [
      "warning random-in-eval: normal draws random numbers in both modes"
    ],
    "noise_in_training": [
      "warning random-in-one-mode: randn_like and a node that belong to it run in train mode only"
    ],
    "noise_seeded": [],
    "noise_unused": [],
    "permutation": [
      "warning random-in-eval: randperm draws random numbers in both modes"
    ],
    "raw_dropout_always": [
      "warning random-in-eval: dropout draws random numbers in both modes: its argument 'train' is True"
    ],
    "region_counter": [
      "warning state-updated-in-eval: this 'if' writes calls in both modes"
    ],
    "region_dropout": [
      "warning random-in-eval: this 'if' draws random numbers in both modes"
    ],
    "rnn": [],
    "rrelu": [
      "info random-in-one-mode: randomized leaky relu (RReLU, one layer) draws random numbers in train mode and none in eval mode"
    ],
    "rrelu_one_slope": [],
    "rrelu_traced_eval": [],
    "scaled_dot_product": [],
    "scaled_dot_product_always": [
      "warning random-in-eval: scaled_dot_product_attention draws random numbers in both modes"
    ],
    "scaled_dot_product_follows": [
      "info attribute-differs: dropout follows the mode through the argument 'dropout_p' of scaled_dot_product_attention"
    ],
    "stochastic_depth": [
      "info random-in-one-mode: stochastic depth (StochasticDepth, one layer) draws random numbers in train mode and none in eval mode"
    ],
    "stochastic_depth_0": [],
    "thawed": [
      "warning state-updated-in-eval: batch norm (BatchNorm2d, one layer) writes norm.num_batches_tracked, norm.running_mean, norm.running_var in both modes",
      "warning random-in-eval: dropout (Dropout, one layer) draws random numbers in both modes",
      "info submodule-mode-mixed: norm (BatchNorm2d) keeps its own mode and does not follow the model's",
      "info submodule-mode-mixed: dropout (Dropout) keeps its own mode and does not follow the model's",
    ],
    "transformer_layer": [],
    "transformer_layer_dropout": [
      "info random-in-one-mode: dropout (TransformerEncoderLayer, one layer) draws random numbers in train mode and none in eval mode"
    ],
    "transformer_layer_masked": [
      "warning leaf-mode-unknown: TransformerEncoderLayer, a leaf in one place, depends on the mode"
    ],
    "variational": [
      "warning random-in-one-mode: randn_like and 3 nodes that belong to it run in train mode only"
    ],
    "written_view": [
      "warning state-updated-in-eval: copy writes last in both modes"
    ],
  ]
}
