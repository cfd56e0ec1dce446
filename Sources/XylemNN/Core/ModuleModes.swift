/// The mode that modules have while a model is traced or an extractor runs, in place of their own flags.
package struct ModuleModes: Sendable {
  private let isTraining: Bool
  /// Modules that keep their own flag, because it differs from the root's.
  private let pinned: [ObjectIdentifier: Bool]

  package init(isTraining: Bool, pinned: [ObjectIdentifier: Bool]) {
    self.isTraining = isTraining
    self.pinned = pinned
  }

  /// The modes of what the task runs; nil where modules' own flags count.
  @TaskLocal package static var current: ModuleModes?

  func isTraining(_ module: Module) -> Bool {
    pinned.isEmpty ? isTraining : pinned[ObjectIdentifier(module)] ?? isTraining
  }
}
