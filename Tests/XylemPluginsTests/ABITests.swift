import CXylem
import Testing

@Suite struct ABITests {
  @Test func `The headers' numbers are those that Swift sees`() {
    #expect(XYLEM_ABI_VERSION == 0x0001_0001)
    #expect(unsafe MemoryLayout<xylem_plugin_entry>.size == 56)
    #expect(unsafe MemoryLayout<xylem_leaf_module_type>.size == 88)
    #expect(unsafe MemoryLayout<xylem_leaf_function>.size == 72)
  }
}
