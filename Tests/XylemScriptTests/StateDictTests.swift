import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles
@testable import XylemScript
@testable import XylemTensor

extension RuntimeTests {
  @Suite struct StateDictTests {
    private static func path(_ name: String) -> String { Fixtures.path("states/" + name) }

    /// Entries as `Fixtures/states/goldens.json` writes them.
    private static func lines(_ entries: [(key: String, tensor: Tensor)]) throws -> [String] {
      try entries.map { key, tensor in
        let array = try tensor.hostArray()
        let hex = array.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(array.dtype.rawValue) \(array.shape) \(hex.isEmpty ? "-" : hex) \(key)"
      }
    }

    private static func goldens() throws -> [String: [String]] {
      try #require(try Fixtures.object("states/goldens.json") as? [String: [String]])
    }

    // MARK: - Reading

    @Test func everyTensorIsWhatPythonReadsInTheSameOrder() throws {
      let goldens = try Self.goldens()
      #expect(goldens.count == 24)
      for (name, expected) in goldens {
        let entries = try StateDictFile.read(Self.path(name))
        #expect(try Self.lines(entries) == expected, "\(name)")
        #expect(entries.allSatisfy { !$0.tensor.requiresGrad }, "\(name)")
      }
    }

    @Test func aPlainStateDictOfTheBadFilesIsRead() throws {
      let entries = try StateDictFile.read(Fixtures.path("bad/state_dict.pt"))
      #expect(entries.map(\.key) == ["0.weight", "0.bias"])
      #expect(try entries.map { try $0.tensor.sizes } == [[4, 4], [4]])
    }

    @Test func tensorsThatShareStorageInTheFileShareItHere() throws {
      let entries = try StateDictFile.read(Self.path("shared.pth"))
      let shares = entries.map { $0.tensor.sharesStorage(with: entries[0].tensor) }
      #expect(entries.map(\.key) == ["all", "half", "matrix", "tied", "alone"])
      #expect(shares == [true, true, true, true, false])
    }

    @Test(arguments: ["checkpoint.pth", "legacy_checkpoint.pth"])
    func whatIsNoTensorOfACheckpointIsListedAndTensorsHavePaths(_ name: String) throws {
      let file = try StateDictReader(Self.path(name))
      #expect(
        file.entries.map(\.key) == [
          "state_dict.module.conv.weight", "state_dict.module.conv.bias", "state_dict.module.norm.weight",
          "state_dict.module.norm.bias", "state_dict.module.norm.running_mean", "state_dict.module.norm.running_var",
          "state_dict.module.norm.num_batches_tracked",
        ])
      #expect(file.dictionaries == ["state_dict", "optimizer", "optimizer.state", "history"])
      #expect(file.others.map(\.key).contains("optimizer.param_groups"))
      let types = Dictionary(uniqueKeysWithValues: file.others.map { ($0.key, $0.type) })
      #expect(types["epoch"] == "int" && types["history.loss"] == "list")
      #expect(types["args"] == "argparse.Namespace")
    }

    @Test func tensorsOfTheOldFormatShareStorageToo() throws {
      let entries = try StateDictFile.read(Self.path("legacy_shared.pth"))
      let shares = entries.map { $0.tensor.sharesStorage(with: entries[0].tensor) }
      #expect(shares == [true, true, true, true, false])
    }

    @Test func stridesAreThoseOfTheFile() throws {
      let entries = try StateDictFile.read(Self.path("shapes.pth"))
      let strides = Dictionary(uniqueKeysWithValues: try entries.map { ($0.key, try $0.tensor.strides) })
      #expect(strides["transposed"] == [1, 3])
      #expect(strides["expanded"] == [1, 0])
      #expect(strides["steps"] == [4])
      #expect(strides["channels_last"] == [12, 1, 4, 2])
    }

    @Test func theStateOfAnArchiveIsListedAsInPython() throws {
      let archive = try ScriptArchive(path: Self.path("script.pt"))
      let entries = try archive.stateDict()
      #expect(try Self.lines(entries) == Self.goldens()["script.pt"])
      let weights = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.tensor) })
      #expect(weights["first.weight"]?.dataAddress == weights["second.weight"]?.dataAddress)
      let own = try #require(archive.root().attribute("weight")?.tensor)
      #expect(own.requiresGrad && weights["weight"]?.requiresGrad == false)
    }

    @Test func safetensorsFilesAreReadWhateverTheirNames() throws {
      let file = try SafetensorsFile(Fixtures.path("files/torch.safetensors"))
      let folder = try TemporaryFolder()
      let path = try folder.write(Fixtures.bytes("files/torch.safetensors"), "weights.bin")
      let entries = try StateDictFile.read(path)
      #expect(entries.map(\.key) == file.names)
      #expect(try entries.map { try $0.tensor.hostArray() } == file.names.map { try file.array($0) })
    }

    // MARK: - Errors

    @Test(arguments: [
      (
        "states/number_key.pth", ErrorID.fileUnsupported,
        "the file has no tensor that can be read: the value of '[0]' is a tensor"
      ),
      ("states/list.pth", .fileUnsupported, "the file holds list, not a dictionary of tensors"),
      ("states/tensor.pth", .fileUnsupported, "the file holds a tensor, not a dictionary of tensors"),
      ("states/two_dicts.pth", .fileUnsupported, "the file holds a dictionary as 'model' and another as 'state_dict'"),
      (
        "states/wrapped_module.pth", .fileUnsupported,
        "the file has no tensor that can be read: the value of 'model' is torch.nn.modules.container.Sequential"
      ),
      (
        "states/sparse.pth", .fileUnsupported,
        "the file has no tensor that can be read: the value of 'weight' is torch._utils._rebuild_sparse_tensor"
      ),
      (
        "states/quantised.pth", .fileUnsupported,
        "the file has no tensor that can be read: the value of 'weight' is torch._utils._rebuild_qtensor"
      ),
      (
        "states/bits.pth", .fileUnsupported,
        "the file has no tensor that can be read: the value of 'weight' is a tensor of torch.float8_e8m0fnu"
      ),
      (
        "states/tar.pth", .fileUnsupported,
        "the file has the format of PyTorch before 0.2, a tar archive, which is not supported"
      ),
      ("states/duplicate.pth", .fileMalformed, "the key 'first_' occurs twice"),
      ("states/big_endian.pth", .fileUnsupported, "the file was written on a big-endian machine"),
      ("states/short_record.pth", .fileMalformed, "the data of 'weight' are truncated: 8 bytes of 16"),
      ("states/missing_record.pth", .fileMalformed, "the data of 'weight' are missing or damaged"),
      ("states/beyond.pth", .fileMalformed, "the tensor 'weight' exceeds its data"),
      ("states/half_pickle.pth", .fileMalformed, "the file's pickle ends inside an instruction at byte 69"),
      (
        "bad/pickle_not_archive.pt", .fileUnsupported,
        "the file has no tensor that can be read: the value of 'epoch' is int"
      ),
      ("bad/plain_pickle.pt", .fileUnsupported, "the file is a pickle that torch.save did not write"),
      (
        "bad/whole_module.pt", .fileUnsupported,
        "the file holds an object of the class torch.nn.modules.container.Sequential, which only Python can load"
      ),
      ("bad/empty.pt", .fileMalformed, "the file is empty"),
      ("bad/text.pt", .fileMalformed, "the file is neither a PyTorch file nor a safetensors file"),
      ("bad/truncated.pt", .fileMalformed, "the file is truncated or damaged"),
      ("bad/zip_without_code.pt", .fileMalformed, "the zip file was not written by PyTorch"),
      ("bad/short_weights.pt", .archiveTruncated, "the archive is truncated or damaged"),
      ("bad/missing_weights.pt", .archiveTruncated, "the archive is truncated or damaged"),
      ("no_such_file.pth", .fileNotFound, "there is no such file"),
      ("bad", .fileUnreadable, "this is a folder, not a file"),
    ])
    func whatIsNoStateDictSaysWhy(_ name: String, _ id: ErrorID, _ message: String) {
      let path = Fixtures.path(name)
      let error = expectError(id, "\(name)") { _ = try StateDictFile.read(path) }
      #expect(error?.message == message)
      #expect(error?.place.file == path)
    }

    @Test func theRemediesAreForPython() {
      func remedies(_ name: String) -> [String] {
        var found: [String] = []
        do throws(XylemError) { _ = try StateDictFile.read(Fixtures.path(name)) } catch { found = error.remedies }
        return found
      }
      #expect(
        remedies("states/tar.pth") == [
          #"torch.save(torch.load("\#(Fixtures.path("states/tar.pth"))", map_location="cpu", weights_only=False), "weights.pth")  # in Python"#
        ])
      #expect(
        remedies("bad/whole_module.pt") == [#"torch.save(model.state_dict(), "weights.pth")  # in Python"#])
    }

    // MARK: - Writing

    @Test func whatIsWrittenIsReadBack() throws {
      let folder = try TemporaryFolder()
      for (name, expected) in try Self.goldens() {
        let entries = try StateDictFile.read(Self.path(name))
        try StateDictFile.write(entries, to: folder("out.pth"))
        #expect(try Self.lines(StateDictFile.read(folder("out.pth"))) == expected, "\(name)")
        let first = try contents(folder("out.pth"))
        try StateDictFile.write(entries, to: folder("out.pt"))
        #expect(try contents(folder("out.pt")) == first, "\(name)")
      }
      #expect(try folder.names == ["out.pt", "out.pth"])
    }

    /// Needs a Python with PyTorch, named by XYLEM_PYTHON.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["XYLEM_PYTHON"] != nil, "XYLEM_PYTHON names no Python"))
    func whatIsWrittenIsReadByPython() throws {
      let folder = try TemporaryFolder()
      let goldens = try Self.goldens().sorted { $0.key < $1.key }
      for (name, _) in goldens {
        try StateDictFile.write(StateDictFile.read(Self.path(name)), to: folder(name))
      }
      let python = Process()
      python.executableURL = URL(filePath: ProcessInfo.processInfo.environment["XYLEM_PYTHON"] ?? "")
      python.arguments = [Fixtures.path("scripts/states.py")] + goldens.map { folder($0.key) }
      let output = Pipe()
      python.standardOutput = output
      try python.run()
      let text = output.fileHandleForReading.readDataToEndOfFile()
      python.waitUntilExit()
      let found = try #require(try JSONSerialization.jsonObject(with: text) as? [[String]])
      #expect(found == goldens.map(\.value))
    }

    @Test func safetensorsAreWrittenByTheEnding() throws {
      let folder = try TemporaryFolder()
      let entries = try StateDictFile.read(Self.path("module.pth"))
      try StateDictFile.write(entries, to: folder("out.safetensors"))
      let file = try SafetensorsFile(folder("out.safetensors"))
      #expect(file.names.sorted() == entries.map(\.key).sorted())
      for (key, tensor) in entries { #expect(try file.array(key) == tensor.hostArray(), "\(key)") }
    }

    @Test func theSameContentGivesTheSameBytes() throws {
      let folder = try TemporaryFolder()
      let entries = try StateDictFile.read(Self.path("shapes.pth"))
      let copies = try entries.map { (key: $0.key, tensor: try Tensor($0.tensor.hostArray())) }
      try StateDictFile.write(entries, to: folder("views.pth"))
      try StateDictFile.write(copies, to: folder("copies.pth"))
      #expect(try contents(folder("views.pth")) == contents(folder("copies.pth")))
    }

    @Test func negativesAndConjugatesAreWrittenAsTheirValues() throws {
      let folder = try TemporaryFolder()
      let base = try Goldens.formula([3], .complex64)
      let conjugate = try TensorOperator.call("aten::_conj", [.tensor(base)])
      let negative = try TensorOperator.call("aten::imag", [.tensor(conjugate)])
      let imaginary = try TensorOperator.call("aten::imag", [.tensor(base)])
      let entries = [("base", base), ("conjugate", conjugate), ("negative", negative), ("imaginary", imaginary)]
      for name in ["x.pth", "x.safetensors"] {
        try StateDictFile.write(entries, to: folder(name))
        let found = Dictionary(uniqueKeysWithValues: try StateDictFile.read(folder(name)).map { ($0.key, $0.tensor) })
        let (x, y) = (try #require(found["negative"]).floats(), try #require(found["imaginary"]).floats())
        #expect(x == y.map { -$0 }, "\(name)")
        #expect(try y == Goldens.formula([3]).floats().map { -$0 }, "\(name)")
        #expect(try found["conjugate"]?.hostArray() == conjugate.hostArray(), "\(name)")
        #expect(try found["conjugate"]?.hostArray() != base.hostArray(), "\(name)")
      }
    }

    @Test func theSameTensorIsStoredOnce() throws {
      let folder = try TemporaryFolder()
      let large = try Goldens.formula([100, 100])
      try StateDictFile.write([("a", large), ("b", large)], to: folder("x.pth"))
      #expect(try contents(folder("x.pth")).count < 50_000)
      let entries = try StateDictFile.read(folder("x.pth"))
      #expect(entries.count == 2 && entries[0].tensor.sharesStorage(with: entries[1].tensor))
    }

    @Test func aViewIsWrittenWithoutTheRestOfItsStorage() throws {
      let folder = try TemporaryFolder()
      let large = try Goldens.formula([100, 100])
      let row = try TensorOperator.call("aten::select", overload: "int", [.tensor(large), .int(0), .int(3)])
      try StateDictFile.write([("row", row)], to: folder("x.pth"))
      #expect(try contents(folder("x.pth")).count < 2500)
      #expect(try StateDictFile.read(folder("x.pth"))[0].tensor.hostArray() == row.hostArray())
    }

    @Test func whatCannotBeWrittenLeavesTheFileAsItWas() throws {
      let folder = try TemporaryFolder()
      let one = try Tensor([1], shape: [1])
      let quantised = try TensorOperator.call(
        "aten::quantize_per_tensor", [.tensor(one), .float(0.1), .int(0), .int(12)])
      let sparse = try TensorOperator.call("aten::to_sparse", [.tensor(one)])
      let path = try folder.write([1, 2, 3], "x.pth")
      expectError(.fileUnsupported) { try StateDictFile.write([("a", one), ("a", one)], to: path) }
      expectError(.fileUnsupported) { try StateDictFile.write([("a", quantised)], to: path) }
      expectError(.fileUnsupported) { try StateDictFile.write([("a", one), ("b", sparse)], to: path) }
      expectError(.fileUnsupported) { try StateDictFile.write([("a", one)], to: folder("x.bin")) }
      expectError(.fileUnwritable) { try StateDictFile.write([("a", one)], to: folder("none/x.pth")) }
      #expect(try contents(path) == [1, 2, 3])
      #expect(try folder.names == ["x.pth"])
    }

    @Test func aFullDiskIsAnError() throws {
      let folder = try TemporaryFolder()
      try FileManager.default.createSymbolicLink(atPath: folder("x.pth"), withDestinationPath: "/dev/full")
      let large = try Goldens.formula([500, 500])
      expectError(.fileUnwritable) { try StateDictFile.write([("a", large)], to: folder("x.pth")) }
      expectError(.fileUnwritable) { try StateDictFile.write([], to: folder("x.pth")) }
    }
  }
}
