import Testing
import XylemErrors

@testable import XylemTensor

@Suite struct RuntimeErrorTests {
  @Test func `a runtime that lacks functions is told apart from one of another ABI, with what to do`() {
    #expect(
      RuntimeErrors.olderRuntime(path: "libxylem-torch.so", bytes: 8, needed: 16).description
        .hasPrefix(
          """
          the tensor runtime is older than this program, and lacks functions that it calls (runtime.abi)
            file: libxylem-torch.so
            cause: its table of functions has 8 bytes, and 16 are needed
            try: make build  # in the checkout: builds the program and the runtime together
          """))
    #expect(
      RuntimeErrors.abi(path: "libxylem-torch.so", found: 0x10002, host: 0x10001).message
        == "the tensor runtime needs ABI 1.2 and this host has 1.1")
  }
}
