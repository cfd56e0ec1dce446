/// How far a run of a program has come, for people who wait for it.
package enum RunProgress {
  /// Called after each instruction with how many have run, and of how many; nil where nobody watches.
  @TaskLocal package static var report: (@Sendable (_ done: Int, _ count: Int) -> Void)?
}
