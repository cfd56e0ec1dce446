import Foundation
import Xylem

/// An image with the name of its file.
struct Photo {
  let name: String
  let image: PixelImage

  /// The PNG and JPEG files of a folder, in the order of their names.
  static func all(in folder: String) throws -> [Photo] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let photos = try names.filter { name in
      [".png", ".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
    }.map { Photo(name: $0, image: try PixelImage.decode(path: "\(folder)/\($0)")) }
    guard photos.count > 1 else { throw XylemError(.fileNotFound, "'\(folder)' has fewer than two PNG and JPEG files") }
    return photos
  }

  /// Copies of the image as people make them.
  func altered() throws -> [Photo] {
    let (width, height) = (image.width, image.height)
    let crop = try image.cropped(x: width / 8, y: height / 8, width: width * 3 / 4, height: height * 3 / 4)
    return [
      Photo(name: "\(name), cropped", image: crop),
      Photo(name: "\(name), flipped", image: image.flippedHorizontally()),
      Photo(name: "\(name), blurred", image: try image.blurred(sigma: 3)),
      Photo(name: "\(name), JPEG of quality 10", image: try PixelImage.decode(bytes: image.encodeJPEG(quality: 10))),
    ]
  }
}
