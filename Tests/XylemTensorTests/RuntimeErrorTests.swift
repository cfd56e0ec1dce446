import Testing
import XylemErrors

@testable import XylemTensor

@Suite struct RuntimeErrorTests {
  @Test func `a runtime that lacks functions is distinguished from one of another ABI`() {
    #expect(
      RuntimeErrors.olderRuntime(path: "libxylem-torch.so", bytes: 8, needed: 16).description
        .hasPrefix(
          """
          the tensor runtime is older than this program and lacks functions that it calls (runtime.abi)
            file: libxylem-torch.so
            cause: its table of functions has 8 bytes, but 16 are needed
            try: 
          """))
    #expect(
      RuntimeErrors.abi(path: "libxylem-torch.so", found: 0x10002, host: 0x10001).message
        == "the tensor runtime needs ABI 1.2 and this host has 1.1")
  }

  @Test func `a mismatched runtime comes with a remedy that depends on its location and the audience`() throws {
    let comment = "  # installs libtorch and the runtime into the user's cache"
    #expect(
      RuntimeRemedies.unusable("/a b/xylem/.build/x86_64/release/libxylem-torch.so") == [
        "swift build --package-path '/a b/xylem' -c release --product xylem-torch  # builds a matching runtime"
      ])
    #expect(
      RuntimeRemedies.unusable("/usr/lib/libxylem-torch.so") == [
        "mv /usr/lib/libxylem-torch.so /usr/lib/libxylem-torch.so.old && swift run xylem doctor --install" + comment
      ])
    let cached = try #require(UserCache.runtime)
    Audience.$current.withValue(.commandLine) {
      #expect(RuntimeRemedies.unusable(cached) == ["rm \(cached) && xylem doctor --install" + comment])
      #expect(
        RuntimeRemedies.unusable("/x/libxylem-torch.so", lacksLibtorch: true) == ["xylem doctor --install" + comment])
    }
  }
}
