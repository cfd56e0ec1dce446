/// The modes of modules while a model is traced or an extractor runs. They override the modules' own flags.
package struct ModuleModes: Sendable {
  private let isTraining: Bool
  /// Modules that keep their own flag, because it differs from the root's.
  private let pinned: [ObjectIdentifier: Bool]

  package init(isTraining: Bool, pinned: [ObjectIdentifier: Bool]) {
    self.isTraining = isTraining
    self.pinned = pinned
  }

  /// The modes of the current task. Nil if the modules' own flags apply.
  @TaskLocal package static var current: ModuleModes?

  func isTraining(_ module: Module) -> Bool {
    pinned.isEmpty ? isTraining : pinned[ObjectIdentifier(module)] ?? isTraining
  }
}
