import Testing
import XylemErrors
import XylemFiles
import XylemImage
import XylemTensor
import XylemTestSupport
import XylemTraining

@Suite struct LoaderTests {
  private struct Numbers: Dataset {
    var count = 23
    var failing: Int?
    func item(at index: Int, random: inout SeededRandom) throws -> [Double] {
      if index == failing { throw XylemError(.fileNotFound, "there is no file") }
      return [Double(index), random.uniform()]
    }
    func name(of index: Int) -> String? { "photo\(index).jpg" }
  }

  private func epoch(_ loader: DataLoader<Numbers>) throws -> [[[Double]]] {
    var batches: [[[Double]]] = []
    while let batch = try loader.next() { batches.append(batch) }
    return batches
  }

  @Test func `the order and the random numbers depend on the seed and the epoch, and not on the workers`() throws {
    let plain = try DataLoader(Numbers(), batchSize: 4, shuffles: true, seed: 5)
    let first = [try epoch(plain), try epoch(plain)]
    for workers in [1, 2, 5] {
      let loader = try DataLoader(Numbers(), batchSize: 4, shuffles: true, seed: 5, workers: workers)
      #expect([try epoch(loader), try epoch(loader)] == first)
    }
    #expect(first[0].map(\.count) == [4, 4, 4, 4, 4, 3])
    #expect(first[0] != first[1])
    for batches in first { #expect(batches.joined().map { $0[0] }.sorted() == (0..<23).map(Double.init)) }
    let other = try DataLoader(Numbers(), batchSize: 4, shuffles: true, seed: 6)
    #expect(try epoch(other) != first[0])
  }

  @Test func `without shuffling the items are in order, and the last batch can be left out`() throws {
    let loader = try DataLoader(Numbers(), batchSize: 4, dropsLast: true, workers: 2)
    #expect(loader.count == 5)
    #expect(try epoch(loader).joined().map { $0[0] } == (0..<20).map(Double.init))
  }

  @Test(arguments: [0, 3]) func `an item that fails is named, at its batch, and the loader goes on`(_ workers: Int)
    throws
  {
    let loader = try DataLoader(Numbers(count: 12, failing: 5), batchSize: 4, workers: workers)
    #expect(try loader.next()?.map { $0[0] } == [0, 1, 2, 3])
    let error = #expect(throws: XylemError.self) { try loader.next() }
    #expect(error?.id == .trainingItem)
    #expect(error?.message == "item 5 of the data can't be loaded: photo5.jpg")
    #expect(try loader.next()?.map { $0[0] } == [8, 9, 10, 11])
    #expect(try loader.next() == nil)
  }

  @Test(arguments: [0, 2]) func `a position that is loaded continues in the same way`(_ workers: Int) throws {
    let loader = try DataLoader(Numbers(), batchSize: 4, shuffles: true, seed: 5, workers: workers)
    _ = try epoch(loader)
    for _ in 0..<3 { _ = try loader.next() }
    let resumed = try DataLoader(Numbers(), batchSize: 4, shuffles: true, seed: 5, workers: workers)
    _ = try resumed.next()
    try resumed.load(loader.state)
    #expect([try epoch(resumed), try epoch(resumed)] == [try epoch(loader), try epoch(loader)])
    let error = #expect(throws: XylemError.self) {
      try DataLoader(Numbers(count: 5), batchSize: 4, seed: 5).load(loader.state)
    }
    #expect(error?.id == .trainingState)
  }

  @Test func `numbers outside their range are errors`() throws {
    for make in [
      { _ = try DataLoader(Numbers(), batchSize: 0) }, { _ = try DataLoader(Numbers(count: 0), batchSize: 1) },
      { _ = try DataLoader(Numbers(), batchSize: 1, workers: -1) },
      { _ = try DataLoader(Numbers(), batchSize: 1, prefetch: 0) },
    ] as [() throws -> Void] {
      let error = #expect(throws: XylemError.self) { try make() }
      #expect(error?.id == .trainingArgument)
    }
  }

  // MARK: - Images

  private func image(_ width: Int, _ height: Int) throws -> PixelImage {
    try PixelImage(
      width: width, height: height, pixels: (0..<width * height * 3).map { UInt8(Goldens.residue($0) % 256) })
  }

  @Test func `random crops lie in the image, with the area and the shape that were asked for`() throws {
    let image = try image(60, 40)
    let augmentation = try ImageAugmentation(side: 8, scale: 0.2...0.6, ratio: 0.5...2)
    var random = SeededRandom(seed: 1)
    var crops: Set<ImageAugmentation.Crop> = []
    for _ in 0..<500 {
      let crop = augmentation.crop(of: image, random: &random)
      crops.insert(crop)
      #expect(crop.top >= 0 && crop.left >= 0 && crop.top + crop.height <= 40 && crop.left + crop.width <= 60)
      let share = Double(crop.width * crop.height) / 2400
      #expect((0.17...0.64).contains(share))
      #expect((0.45...2.2).contains(Double(crop.width) / Double(crop.height)))
    }
    #expect(crops.count > 300)
    // Too narrow for any of them: the largest part in the middle.
    let narrow = try ImageAugmentation(side: 8, scale: 1...1, ratio: 1...1).crop(of: self.image(40, 4), random: &random)
    #expect(narrow == .init(top: 0, left: 18, height: 4, width: 4))
  }

  @Test func `an augmented image is the resized crop, flipped or not, normalised`() throws {
    let image = try image(60, 40)
    let augmentation = try ImageAugmentation(side: 8)
    var seen: Set<Bool> = []
    for seed in 0..<20 {
      var (random, again) = (SeededRandom(seed: UInt64(seed)), SeededRandom(seed: UInt64(seed)))
      let planar = try augmentation.apply(to: image, random: &random)
      #expect(planar.shape == [3, 8, 8])
      let crop = augmentation.crop(of: image, random: &again)
      let square = try image.cropped(x: crop.left, y: crop.top, width: crop.width, height: crop.height)
        .resized(width: 8, height: 8, .bilinear)
      let plain = try ImageTransform(resize: nil, crop: nil)
      let isFlipped = try planar == plain.apply(to: square.flippedHorizontally())
      #expect(try isFlipped || planar == plain.apply(to: square))
      seen.insert(isFlipped)
    }
    #expect(seen.count == 2)
  }

  @Test func `colours changed by a factor are torchvision's, pixel for pixel`() throws {
    let image = try PixelImage.decode(path: Fixtures.path("images/chelsea.png"))
    let cases = try TrainingGoldens.cases("jitter")
    #expect(cases.count == 15)
    for golden in cases {
      let (name, factor) = (golden["case"] as? String, Goldens.number(golden["factor"] as Any))
      let changed =
        switch name {
        case "brightness": try image.adjusted(brightness: factor)
        case "contrast": try image.adjusted(contrast: factor)
        case "saturation": try image.adjusted(saturation: factor)
        default: try image.adjusted(hue: factor)
        }
      var digest = ContentDigest()
      digest.add(changed.pixels)
      #expect(digest.finish() == golden["digest"] as? String, "\(name ?? "") \(factor)")
    }
  }

  @Test func `a jitter draws factors of its ranges and an order`() throws {
    let image = try image(12, 8)
    let jitter = try ColorJitter(brightness: 0.5, contrast: 2, saturation: 0.5, hue: 0.5)
    #expect(jitter.brightness == 0.5...1.5 && jitter.contrast == 0...3 && jitter.hue == -0.5...0.5)
    var random = SeededRandom(seed: 1)
    let changed = try (0..<20).map { _ in try jitter.apply(to: image, random: &random) }
    #expect(Set(changed).count == 20)
    var again = SeededRandom(seed: 1)
    #expect(try jitter.apply(to: image, random: &again) == changed[0])
    #expect(try ColorJitter().apply(to: image, random: &again) == image)
    let augmentation = try ImageAugmentation(side: 8, jitter: jitter)
    #expect(try augmentation.apply(to: image, random: &again).shape == [3, 8, 8])
  }

  @Test func `erasing sets a rectangle to zero in all channels`() throws {
    let augmentation = try ImageAugmentation(side: 32, erasing: 1)
    var random = SeededRandom(seed: 3)
    let planar = try augmentation.apply(to: image(60, 40), random: &random)
    let zeros = (0..<3).map { channel in (0..<1024).filter { planar.values[channel * 1024 + $0] == 0 } }
    #expect(zeros[0] == zeros[1] && zeros[1] == zeros[2])
    let rows = Set(zeros[0].map { $0 / 32 })
    let columns = Set(zeros[0].map { $0 % 32 })
    #expect(rows.count * columns.count == zeros[0].count && zeros[0].count >= 15)
  }

  @Test func `augmentations that are not valid are errors`() throws {
    for make in [
      { _ = try ImageAugmentation(side: 0) }, { _ = try ImageAugmentation(scale: 0...1) },
      { _ = try ImageAugmentation(flip: 2) }, { _ = try ImageAugmentation(erasing: -1) },
      { _ = try ColorJitter(brightness: -0.1) }, { _ = try ColorJitter(contrast: .infinity) },
      { _ = try ColorJitter(hue: 0.6) }, { _ = try self.image(2, 2).adjusted(saturation: -1) },
      { _ = try self.image(2, 2).adjusted(hue: .nan) },
    ] as [() throws -> Void] {
      let error = #expect(throws: XylemError.self) { try make() }
      #expect(error?.id == .trainingArgument)
    }
  }

  @Test(.needsRuntime) func `a batch is one tensor, and images of different sizes are an error`() throws {
    var random = SeededRandom(seed: 1)
    let items = try [8, 8, 9].map {
      LabeledImage(try ImageAugmentation(side: $0).apply(to: image(60, 40), random: &random), label: $0)
    }
    let (images, labels) = try Array(items[..<2]).tensors()
    #expect(try images.sizes == [2, 3, 8, 8])
    #expect(try images.floats() == items[0].image.values + items[1].image.values)
    #expect(try labels.integers() == [8, 8])
    let error = #expect(throws: XylemError.self) { try items.tensors() }
    #expect(error?.id == .trainingArgument)
    #expect(throws: XylemError.self) { try [LabeledImage]().tensors() }
  }

  @Test(.needsRuntime) func `mixed batches have targets that sum to one and match their pixels`() throws {
    let images = try Tensor((0..<3).flatMap { [Float](repeating: Float($0), count: 64) }, shape: [3, 1, 8, 8])
    let labels = try Tensor([0, 1, 2], dtype: .int64)
    var random = SeededRandom(seed: 2)
    for _ in 0..<10 {
      let (mixed, targets) = try mixUp(images, labels, classCount: 3, alpha: 0.4, random: &random)
      let (cut, shares) = try cutMix(images, labels, classCount: 3, random: &random)
      #expect(try targets.sum(dim: 1).doubles().allSatisfy { abs($0 - 1) < 1e-6 })
      let expected = try targets.doubles()
      // The mean of each image is that of its classes.
      for (index, mean) in try mixed.mean(dim: [1, 2, 3]).doubles().enumerated() {
        #expect(abs(mean - (0..<3).reduce(0) { $0 + Double($1) * expected[index * 3 + $1] }) < 1e-5)
      }
      let parts = try shares.doubles()
      for (index, mean) in try cut.mean(dim: [1, 2, 3]).doubles().enumerated() {
        #expect(abs(mean - (0..<3).reduce(0) { $0 + Double($1) * parts[index * 3 + $1] }) < 1e-5)
      }
    }
    #expect(throws: XylemError.self) { try mixUp(images, labels, classCount: 2, random: &random) }
    #expect(throws: XylemError.self) { try mixUp(images, labels, classCount: 3, alpha: 0, random: &random) }
  }
}
