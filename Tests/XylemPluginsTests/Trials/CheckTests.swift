import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemPlugins

@Suite struct CheckTests {
  @Test func `a plugin that behaves as declared passes, and tests that were not tried are listed`() throws {
    let check = PluginCheck.run(Fixtures.misbehaving("BuiltForNewerABI"), policy: policy())
    #expect(check.isPassing, "\(check)")
    #expect(
      String(describing: check).split(separator: "\n").dropFirst().joined(separator: "\n") == """
          file          passed
          note          passed
          dependencies  passed
          policy        passed
          scan          passed
          handshake     passed
          symbols       passed
          self-test     passed: 2 of 10 tests were not tried
            the plugin
              note-agrees         passed
              unknown-extensions  passed
              prints              passed
            twice
              bare-host           passed
              lifecycle           passed
              threads             passed
              tensor-forms        not tried: it takes no tensors
              read-only-inputs    not tried: it takes no tensors
              deterministic       passed
              nan                 passed
        """)
  }

  @Test func `a sample that does not fit is wrong, where ordinary values would be not tried`() throws {
    let path = Fixtures.misbehaving("LiesAboutMode")
    let (leaf, sample) = try LeafSample.parse("Liar: {\"inputs\": [3]}")
    let check = PluginCheck.run(path, policy: policy(), samples: [leaf: sample])
    #expect(check.report.failure?.id == .pluginCallFailed, "\(check)")
    let (function, wrong) = try LeafSample.parse("twice: {\"inputs\": [\"text\"]}")
    let other = PluginCheck.run(Fixtures.misbehaving("DuplicateName"), policy: policy(), samples: [function: wrong])
    #expect(other.report.failure?.id == .pluginArgument, "\(other)")
  }

  @Test func `a file that is not a plugin fails in its stage`() {
    let check = PluginCheck.run("/etc/passwd", policy: policy())
    #expect(check.findings.isEmpty && !check.isPassing && check.report.failure?.id == .pluginNotAPlugin)
  }
}
