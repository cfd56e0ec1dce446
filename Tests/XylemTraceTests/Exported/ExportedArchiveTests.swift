import Testing
import XylemErrors
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Archives of torch.export that are refused, each with one clear error. None of these tests needs the tensor runtime.
@Suite struct ExportedArchiveTests {
  private static let refused: [String: ErrorID] = [
    "schema": .archiveSchema, "version": .archiveSchema, "byte_order": .archiveByteOrder, "no_model": .archiveNoModel,
    "compiled": .archiveCompiled, "pickled": .archivePickled, "range": .archiveBadTensor,
    "negative": .archiveBadTensor, "no_data": .archiveBadTensor, "twice": .archiveUnreadable, "json": .fileMalformed,
    "form": .archiveUnreadable, "deep": .fileMalformed, "names": .archiveNoMode, "truncated": .fileMalformed,
  ]

  @Test(arguments: refused.keys.sorted())
  func `a bad archive is refused`(name: String) {
    let error = #expect(throws: XylemError.self) {
      _ = try ExportedModel(path: Fixtures.path("exported/bad_\(name).pt2"))
    }
    #expect(error?.id == Self.refused[name], "\(String(describing: error))")
  }

  @Test(arguments: ["block", "order"])
  func `operators that can't be traced are an error`(name: String) throws {
    let model = try ExportedModel(path: Fixtures.path("exported/bad_\(name).pt2"))
    let error = #expect(throws: XylemError.self) { _ = try model.trace() }
    #expect(error?.id == .traceUnsupported)
  }

  @Test func `an unknown operator is listed`() throws {
    let names = try ExportedModel(path: Fixtures.path("exported/bad_operator.pt2")).trace().nodeNames
    #expect(names == ["x", "encode", "relu", "decode"])
  }

  @Test func `a file without a mode offers the other one`() throws {
    let model = try ExportedModel(path: Fixtures.path("exported/small_sizes_train.pt2"))
    #expect(model.modes == [.train])
    let error = #expect(throws: XylemError.self) { _ = try model.trace() }
    #expect(error?.id == .archiveNoMode)
  }

  @Test func `two files are two modes, and must not be swapped`() throws {
    let (train, eval) = (
      Fixtures.path("exported/small_sizes_train.pt2"), Fixtures.path("exported/small_sizes_eval.pt2")
    )
    #expect(try ExportedModel(train: train, eval: eval).modes == [.train, .eval])
    let error = #expect(throws: XylemError.self) { _ = try ExportedModel(train: eval, eval: train) }
    #expect(error?.id == .archiveNoMode)
  }

  @Test func `tied weights are one tensor with two keys`() throws {
    let tensors = try ExportedModel(path: Fixtures.path("exported/small_tied.pt2")).tensors
    #expect(Set(tensors.map(\.key)) == ["encode.weight", "decode.weight"])
    #expect(Set(tensors.map(\.tensor.identity)).count == 1)
  }
}
