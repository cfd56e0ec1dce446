/// The progress of a program's run.
package enum RunProgress {
  /// Called after each instruction with the number of finished instructions and the total. Nil if progress is not
  /// observed.
  @TaskLocal package static var report: (@Sendable (_ done: Int, _ count: Int) -> Void)?
}
