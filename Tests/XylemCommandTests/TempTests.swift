import Testing
@Suite(.serialized) struct TempTests {
  @Test func `temp twice`() async {
    for _ in 0..<3 {
      let run = await xylem("nodes", Fixtures.path("bad/unknown_operator.pt"))
      print("TEMP", run.errors)
    }
  }
}
