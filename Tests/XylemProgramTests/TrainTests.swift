import ArgumentParser
import Foundation
import Testing
import Xylem
import XylemTestSupport

@testable import XylemTrain

@Suite(.needsRuntime, .serialized) struct TrainTests {
  @Test func `the shapes of scenes fill their boxes, and a seed gives the same scenes`() throws {
    let scenes = try Scene.all(count: 6, side: 96, seed: 3)
    #expect(try Scene.all(count: 6, side: 96, seed: 3).map(\.image) == scenes.map(\.image))
    #expect(try Scene.all(count: 6, side: 96, seed: 4).map(\.image) != scenes.map(\.image))
    for shape in scenes.flatMap(\.shapes) {
      let inside = shape.mask.indices.filter { shape.mask[$0] != 0 }
      let (columns, rows) = (inside.map { $0 % 96 }, inside.map { $0 / 96 })
      #expect([columns.min()!, rows.min()!, columns.max()! + 1, rows.max()! + 1] == shape.box, "\(shape.label)")
    }
    #expect(Set(scenes.flatMap(\.shapes).map(\.label)) == [1, 2, 3])
    for scene in scenes {
      let masks = try scene.target().masks?.sum(dim: [1, 2]).doubles()
      #expect(masks == scene.shapes.map { shape in Double(shape.mask.count { $0 != 0 }) })
      #expect(try scene.tensor().mean(dim: [1, 2]).doubles().allSatisfy { $0 > 0.1 && $0 < 0.9 })
    }
  }

  @Test func `a few steps change the loss in the same way each time, and the page shows before and after`() throws {
    let train = try #require(Train.parse(["--side", "64", "--steps", "3", "--learning-rate", "1e-3"]) as Train?)
    var reported: [Int] = []
    let result = try train.train { step, _ in reported.append(step) }
    #expect(reported == [1, 2, 3])
    #expect(result.losses.allSatisfy { $0.isFinite })
    #expect(Set(result.losses).count == 3)
    let again = try train.train { _, _ in }
    #expect(again.losses == result.losses)
    #expect(result.overlaps.count == 4)
    let page = try TrainingPage(result: result).html()
    #expect(page.matches(of: /<image\s/).count == 4)
    #expect(page.contains("step 3:"))
  }

  @Test(arguments: [["--scenes", "0"], ["--side", "8"], ["--steps", "0"]])
  func `nothing to train on is refused`(arguments: [String]) throws {
    let train = try #require(Train.parse(arguments) as Train?)
    #expect(throws: ValidationError.self) { try train.train { _, _ in } }
  }
}
