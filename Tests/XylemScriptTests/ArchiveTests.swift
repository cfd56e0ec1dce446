import Foundation
import Testing
import XylemErrors
import XylemTensor
import XylemTestSupport

@testable import XylemScript

extension RuntimeTests {
  @Suite struct ArchiveTests {
    @Test(arguments: [
      ("empty", ErrorID.archiveTruncated), ("text", .archiveNotZip), ("plain_pickle", .archiveStateDict),
      ("pickle_not_archive", .archiveStateDict), ("zip_without_code", .archiveNoCode), ("truncated", .archiveTruncated),
      ("state_dict", .archiveStateDict), ("whole_module", .archiveStateDict), ("bad_code", .archiveUnreadable),
      ("missing_code", .archiveUnreadable), ("missing_weights", .archiveTruncated),
      ("short_weights", .archiveTruncated), ("bad_data", .archiveTruncated), ("future_version", .archiveUnreadable),
      ("keyword_name", .archiveUnreadable), ("non_ascii_name", .archiveUnreadable),
    ])
    func aBadFileIsToldApart(_ name: String, _ id: ErrorID) {
      let path = Fixtures.path("bad/\(name).pt")
      let error = expectError(id) { _ = try ScriptArchive(path: path) }
      #expect(error?.place.file == path)
      // What the message says in full needs no cause.
      let messages = [
        "empty": "the file is empty", "plain_pickle": "the file is a pickle, without the model's code",
        "pickle_not_archive": "the file is a state dict: tensors by name, without the model's code",
        "state_dict": "the file is a state dict: tensors by name, without the model's code",
        "whole_module":
          "the file is a pickled object of the class torch.nn.modules.container.Sequential, which only Python can load",
      ]
      if let message = messages[name] { #expect(error?.message == message) } else { #expect(error?.cause != nil) }
    }

    @Test func everyBadFileIsLoadedOrAnError() {
      for name in Fixtures.archives(in: "bad") {
        let loads = ["unknown_operator", "without_forward"].contains(name)
        let archive = try? Fixtures.archive("bad/" + name)
        #expect((archive != nil) == loads, "\(name)")
      }
    }

    @Test func aFileThatIsNotThereIsAnError() {
      expectError(.fileNotFound) { _ = try ScriptArchive(path: "/no/such/file.pt") }
      expectError(.fileUnreadable) { _ = try ScriptArchive(path: Fixtures.path("bad")) }
      expectError(.fileUnreadable) { _ = try ScriptArchive(path: "/dev/null") }
    }

    @Test func anArchiveCutAnywhereIsAnError() throws {
      let bytes = try contents(Fixtures.path("constructs/parameters.pt"))
      let folder = try TemporaryFolder()
      for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 97)) {
        let path = try folder.write(Array(bytes.prefix(count)), "cut.pt")
        #expect(throws: XylemError.self, "\(count) bytes") { _ = try ScriptArchive(path: path) }
      }
    }

    @Test func aMissingOperatorIsNamedAndTheArchiveLoads() throws {
      let archive = try Fixtures.archive("bad/unknown_operator")
      #expect(archive.missingOperators == ["aten::linoleum"])
      let custom = try Fixtures.archive("constructs/custom_operator")
      #expect(custom.missingOperators == ["mylib::twist"])
      #expect(try custom.root().method("forward") != nil)
      #expect(try Fixtures.archive("zoo/resnet18").missingOperators.isEmpty)
      #expect(try Fixtures.archive("constructs/torchvision_operators").missingOperators.isEmpty)
    }

    @Test func theModuleTreeOfAResNetIsTorchvisions() throws {
      let goldens = try Fixtures.object("goldens/zoo_features.json")
      let golden = try #require(goldens["resnet18"] as? [String: Any])
      let features = try #require(golden["features"] as? [String: Any])
      let root = try Fixtures.archive("zoo/resnet18").root()
      for path in features.keys { #expect(root.submodule(at: path) != nil, "\(path)") }
      #expect(root.submodule(at: "layer5") == nil)
      #expect(root.submodule(at: "layer1.0.nothing") == nil)
      #expect(root.submodule(at: "")?.identity == root.identity)
      let children = try root.attributes().filter { $0.type.kind == .module }.map(\.name)
      #expect(
        children == ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc"])
      let paths = try allPaths(root)
      #expect(paths.count == 67)
      #expect(
        paths.filter { $0.hasSuffix("downsample.0") } == [
          "layer2.0.downsample.0", "layer3.0.downsample.0", "layer4.0.downsample.0",
        ])
    }

    private func allPaths(_ module: ScriptObject, _ prefix: String = "") throws -> [String] {
      var paths: [String] = []
      for attribute in try module.attributes() {
        guard attribute.type.kind == .module, case .object(let child) = attribute.value else { continue }
        let path = prefix.isEmpty ? attribute.name : prefix + "." + attribute.name
        paths.append(path)
        paths += try allPaths(module.archive.object(child), path)
      }
      return paths
    }

    @Test func parametersAndBuffersAreToldApart() throws {
      let norm = try #require(try Fixtures.archive("zoo/resnet18").root().submodule(at: "layer1.0.bn1"))
      let attributes = try norm.attributes()
      #expect(attributes.filter(\.isParameter).map(\.name) == ["weight", "bias"])
      #expect(attributes.filter(\.isBuffer).map(\.name) == ["running_mean", "running_var", "num_batches_tracked"])
      #expect(try attributes.first { $0.name == "weight" }?.value.tensor?.sizes == [64])
      #expect(norm.isTraining == false)
      #expect(norm.isModule)
      #expect(norm.attribute("eps")?.contents == "float 1e-05")
      #expect(norm.attribute("nothing") == nil)
    }

    @Test func attributesAreSetOnlyToTheirType() throws {
      let root = try Fixtures.archive("zoo/resnet18").root()
      try root.setAttribute("training", to: .bool(true))
      #expect(root.isTraining == true)
      expectError(.runtimeTensor) { try root.setAttribute("training", to: .int(1)) }
      expectError(.runtimeTensor) { try root.setAttribute("nothing", to: .int(1)) }
      #expect(root.isTraining == true)
    }

    @Test func namesThatAreNotASCIIComeThrough() throws {
      let root = try Fixtures.archive("constructs/strings_non_ascii").root()
      #expect(try root.method("forward")?.code().statements.isEmpty == false)
    }

    @Test func anArchiveLivesAsLongAsWhatCameFromIt() throws {
      let forward = try #require(Fixtures.archive("zoo/resnet18").root().submodule(at: "fc")?.method("forward"))
      #expect(try forward.code().qualifiedName.hasSuffix("Linear.forward"))
      #expect(try forward.schema().arguments.map(\.name) == ["self", "input"])
    }

    @Test func loadingAgainAndAgainDoesNotGrow() throws {
      func load() throws { _ = try Fixtures.archive("zoo/resnet18").root().method("forward")?.code() }
      for _ in 0..<10 { try load() }
      let before = try residentBytes()
      for _ in 0..<50 { try load() }
      let grown = try residentBytes() - before
      #expect(grown < 64 << 20, "\(grown >> 20) MiB more")
    }

    private func residentBytes() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return try #require(Int(text.split(separator: " ")[1])) * 4096
    }

    @Test func everyConstructAndZooArchiveLoads() throws {
      for folder in ["constructs", "zoo"] {
        // TorchScript saves `non_ascii_names` with an escape that it then can't read.
        for name in Fixtures.archives(in: folder) where name != "non_ascii_names" {
          #expect(throws: Never.self, "\(name)") { try Fixtures.archive(folder + "/" + name).root() }
        }
      }
    }
  }
}
