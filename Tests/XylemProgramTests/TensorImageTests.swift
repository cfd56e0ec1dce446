import Testing
import Xylem
import XylemTestSupport

/// Tensors of images, and pictures of tensors.
@Suite(.needsRuntime) struct TensorImageTests {
  private func image(width: Int = 2, height: Int = 1) throws -> PixelImage {
    try PixelImage(width: width, height: height, pixels: (0..<(3 * width * height)).map { UInt8($0 * 10 % 256) })
  }

  @Test func `an image's planes are red, green and blue from 0 to 1`() throws {
    let x = try Tensor(image())
    #expect(try x.sizes == [3, 1, 2])
    #expect(try x.floats() == [0, 30, 10, 40, 20, 50].map { $0 / 255 })
    #expect(try Tensor(batch: [image(), image()]).sizes == [2, 3, 1, 2])
    #expect(try Tensor(batch: [image(), image()])[1].floats() == x.floats())
  }

  @Test func `a transformed image has its values`() throws {
    let planes = try ImageTransform(resize: 8, crop: 8).apply(to: image(width: 12, height: 9))
    #expect(try Tensor(planes).sizes == [3, 8, 8] && Tensor(planes).floats() == planes.values)
    #expect(try Tensor(batch: [planes, planes])[1].floats() == planes.values)
  }

  @Test func `images of different sizes are no batch`() throws {
    let error = try #require(throws: XylemError.self) { try Tensor(batch: [image(), image(width: 3)]) }
    #expect(
      error.id == .imageInvalidTransform && error.message.contains("image 0 is [3, 1, 2] and image 1 is [3, 1, 3]"))
    #expect(throws: XylemError.self) { try Tensor(batch: [PixelImage]()) }
  }

  @Test func `three channels from 0 to 1 are a picture in their colours, and come back as they were`() throws {
    try withTemporaryFolder { folder in
      let original = try image(width: 4, height: 3)
      try Tensor(original).savePicture(to: folder + "/a.png")
      #expect(try PixelImage.decode(path: folder + "/a.png") == original)
      #expect(try (Tensor(original) * 255).round().to(.uint8).picture() == original)
      #expect(try Tensor(original).unsqueeze(dim: 0).picture() == original)
      // Two by two, with two white pixels between.
      let grid = try Tensor(batch: [original, original, original]).picture()
      #expect(grid.width == 10 && grid.height == 8)
      #expect(try grid.cropped(x: 6, y: 0, width: 4, height: 3) == original)
      #expect(Array(grid.pixels.suffix(3)) == [255, 255, 255])
      try Tensor(original).savePicture(to: folder + "/a.JPG")
      #expect(try PixelImage.decode(path: folder + "/a.JPG").width == 4)
      #expect(throws: XylemError.self) { try Tensor(original).savePicture(to: folder + "/a.gif") }
    }
  }

  @Test func `other tensors are maps of their channels`() throws {
    let x = try Tensor.arange(0, 96).float().reshape([1, 6, 4, 4])
    let sheet = try FeatureSheet([
      FeatureSheet.Feature(name: "1 x 6 x 4 x 4", shape: [6, 4, 4], values: (0..<96).map(Float.init))
    ])
    #expect(try x.picture() == sheet.image)
    #expect(try x[0, 0].picture().width > 4)
    let photo = try Tensor(image(width: 4, height: 3))
    #expect(try photo.picture(as: .maps) != photo.picture())
    // Values outside 0 to 1 are drawn as maps unless an image is asked for.
    #expect(try (photo * 4).picture().width > 4 && (photo * 4).picture(as: .image).width == 4)
    #expect(try Tensor.zeros([2, 6, 4, 4]).picture() != x.picture())
    #expect(throws: XylemError.self) { try x.picture(as: .image) }
    #expect(throws: XylemError.self) { try x.reshape([1, 1, 6, 4, 4]).picture() }
    #expect(throws: XylemError.self) { try Tensor.zeros([0, 4, 4]).picture() }
  }
}
