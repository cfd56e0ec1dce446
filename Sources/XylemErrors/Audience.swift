/// Who reads what an error advises.
package enum Audience: Sendable {
  /// Whoever writes a program that uses the library: remedies are Swift.
  case program
  /// Whoever uses the command line: remedies are options and commands.
  case commandLine

  /// The audience of the task's errors; the command line sets it for what it runs.
  @TaskLocal package static var current = Audience.program

  /// The remedies for the present audience.
  package static func remedies(
    program: @autoclosure () -> [String], commandLine: @autoclosure () -> [String]
  ) -> [String] {
    current == .commandLine ? commandLine() : program()
  }

  /// Advice to permit operators that reach outside of the model.
  package static var allowingFileOperators: [String] {
    remedies(
      program: ["ScriptModel(path: path, allowsFileOperators: true)  // only for a model whose author you trust"],
      commandLine: ["--allow-file-operators  # only for a model whose author you trust"])
  }
}
