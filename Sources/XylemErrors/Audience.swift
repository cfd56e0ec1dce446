/// The reader of an error's remedies.
package enum Audience: Sendable {
  /// A developer who uses the library: remedies are Swift code.
  case program
  /// A user of the command line: remedies are options and commands.
  case commandLine

  /// The audience of the current task's errors. The command line sets it for the commands it runs.
  @TaskLocal package static var current = Audience.program

  /// The remedies for the current audience.
  package static func remedies(
    program: @autoclosure () -> [String], commandLine: @autoclosure () -> [String]
  ) -> [String] {
    current == .commandLine ? commandLine() : program()
  }

  /// The remedy that allows operators that reach outside the model.
  package static var allowingFileOperators: [String] {
    remedies(
      program: ["ScriptModel(path: path, allowsFileOperators: true)  // only for a model whose author you trust"],
      commandLine: ["--allow-file-operators  # only for a model whose author you trust"])
  }
}
