import ArgumentParser
import Testing

@testable import XylemCommand

@Suite struct HelpTests {
  @Test(
    arguments: [
      ("root", XylemCommandLine.self), ("nodes", NodesCommand.self), ("extract", ExtractCommand.self),
      ("graph", GraphCommand.self), ("bench", BenchCommand.self), ("models", ModelsCommand.self),
      ("doctor", DoctorCommand.self), ("plugin", PluginCommand.self), ("plugin-list", PluginListCommand.self),
      ("plugin-describe", PluginDescribeCommand.self), ("plugin-check", PluginCheckCommand.self),
      ("plugin-why", PluginWhyCommand.self), ("plugin-new", PluginNewCommand.self), ("diff", DiffCommand.self),
      ("export-script", ExportScriptCommand.self), ("run", RunCommand.self), ("worker", WorkerCommand.self),
    ] as [(String, any ParsableCommand.Type)])
  func `the help of a command is as recorded`(name: String, command: any ParsableCommand.Type) throws {
    try expectSnapshot(XylemCommandLine.helpMessage(for: command, columns: 100) + "\n", "help-\(name)")
  }

  @Test(arguments: XylemCommandLine.configuration.subcommands.map { $0.configuration.commandName ?? "" })
  func `the help of a command has an example of it, and goes to the output`(command: String) async {
    let run = await xylem(command, "--help")
    #expect(run.status == 0)
    #expect(run.output.contains("\nxylem \(command)"))
    #expect(run.errors.isEmpty)
  }

  @Test func `no arguments print the help`() async {
    let run = await xylem()
    #expect(run.status == 0)
    #expect(run.output.contains("SUBCOMMANDS:"))
  }

  @Test func `the version is one line`() async {
    let run = await xylem("--version")
    #expect(run.status == 0)
    #expect(run.lines.count == 1)
  }
}
