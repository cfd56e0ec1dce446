/// Items that are loaded one by one, from several threads at once.
///
///     struct Photos: Dataset {
///       let files: [(path: String, label: Int)]
///       let augmentation: ImageAugmentation
///       var count: Int { files.count }
///       func item(at index: Int, random: inout SeededRandom) throws -> LabeledImage {
///         let image = try PixelImage.decode(path: files[index].path)
///         return LabeledImage(try augmentation.apply(to: image, random: &random), label: files[index].label)
///       }
///       func name(of index: Int) -> String? { files[index].path }
///     }
public protocol Dataset<Item>: Sendable {
  /// What is loaded.
  associatedtype Item: Sendable
  /// The number of items.
  var count: Int { get }
  /// Loads an item.
  ///
  /// - Parameter random: the source of random numbers for augmentation. Its numbers depend on the loader's seed, the
  ///   epoch and the item, and on nothing else.
  func item(at index: Int, random: inout SeededRandom) throws -> Item
  /// The name of an item in errors.
  func name(of index: Int) -> String?
}

extension Dataset {
  /// No name.
  public func name(of index: Int) -> String? { nil }
}

/// A dataset of items in memory.
public struct ArrayDataset<Item: Sendable>: Dataset {
  private let items: [Item]

  /// Creates a dataset.
  public init(_ items: [Item]) { self.items = items }

  /// The number of items.
  public var count: Int { items.count }

  /// An item.
  public func item(at index: Int, random: inout SeededRandom) -> Item { items[index] }
}
