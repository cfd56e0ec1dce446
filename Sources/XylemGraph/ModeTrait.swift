/// The declared dependence of a plugin's leaf on train and eval mode.
public enum ModeTrait: String, Sendable, Hashable, CaseIterable, Codable {
  /// Nothing is declared: anything may happen.
  case unknown
  /// The same in both modes.
  case none
  /// A different computation in train mode.
  case readsMode = "reads-mode"
  /// A different computation in train mode, which writes parameters or state of the leaf.
  case updatesState = "updates-state"
  /// Random numbers in train mode.
  case random
}
