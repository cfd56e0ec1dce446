internal import CXylem
internal import XylemErrors
internal import XylemTensor

extension LiveInstance {
  func take(
    _ results: UnsafeMutableBufferPointer<xylem_argument>, _ lent: LentArguments
  ) throws -> [Value] {
    var values: [Value] = []
    var taken: [UnsafeMutablePointer<DLManagedTensorVersioned>] = unsafe []
    for position in results.indices {
      let result = unsafe results[position]
      switch unsafe result.kind {
      case XYLEM_ARGUMENT_NONE.rawValue: values.append(.none)
      case XYLEM_ARGUMENT_BOOL.rawValue: values.append(unsafe .bool(result.as.integer != 0))
      case XYLEM_ARGUMENT_INT.rawValue: values.append(unsafe .int(Int(result.as.integer)))
      case XYLEM_ARGUMENT_FLOAT.rawValue: values.append(unsafe .float(result.as.number))
      case XYLEM_ARGUMENT_TENSOR.rawValue:
        let pointer = unsafe result.as.tensor
        do {
          // Taken twice, it would be freed twice.
          if let pointer = unsafe pointer, unsafe taken.contains(pointer) {
            throw LeafErrors.result(position, type.name, type.plugin, "it is the same tensor as an earlier result")
          }
          if let pointer = unsafe pointer, unsafe lent.tensor(lentAs: pointer) == nil { unsafe taken.append(pointer) }
          guard let tensor = try unsafe adopt(pointer, position, [lent]) else {
            throw LeafErrors.result(position, type.name, type.plugin, "it is a tensor that is null")
          }
          values.append(.tensor(tensor))
        } catch {
          unsafe give(back: UnsafeMutableBufferPointer(rebasing: results[(position + 1)...]), lent, except: taken)
          throw error
        }
      default:
        let kind = unsafe result.kind
        unsafe give(back: UnsafeMutableBufferPointer(rebasing: results[(position + 1)...]), lent, except: taken)
        throw LeafErrors.result(position, type.name, type.plugin, "it is of the kind \(kind), which results can't have")
      }
    }
    return values
  }

  /// Takes a tensor over; one that was lent is itself.
  func adopt(
    _ pointer: UnsafeMutablePointer<DLManagedTensorVersioned>?, _ position: Int, _ lenders: [any LentTensors]
  ) throws -> Tensor? {
    guard let pointer = unsafe pointer else { return nil }
    for lender in lenders { if let tensor = unsafe lender.tensor(lentAs: pointer) { return tensor } }
    for (index, entry) in tensors.enumerated() where unsafe UnsafePointer(views + index) == UnsafePointer(pointer) {
      throw LeafErrors.result(
        position, type.name, type.plugin, "it is the module's own tensor '\(entry.name)', not memory of its own")
    }
    let tensor: Tensor
    do { tensor = unsafe try Tensor(dlpack: UnsafeMutableRawPointer(pointer)) } catch {
      throw LeafErrors.result(position, type.name, type.plugin, String(describing: error.cause ?? error))
    }
    if let range = tensor.addressRange,
      lenders.contains(where: { $0.overlaps(range) })
        || tensors.contains(where: { $0.tensor.addressRange?.overlaps(range) == true })
    {
      throw LeafErrors.result(
        position, type.name, type.plugin, "it shares memory with an argument or a tensor of the module")
    }
    return tensor
  }

  /// Frees results that nobody will take, each once.
  func give(
    back results: UnsafeMutableBufferPointer<xylem_argument>, _ lent: LentArguments,
    except taken: [UnsafeMutablePointer<DLManagedTensorVersioned>]
  ) {
    var freed = unsafe taken
    for index in results.indices where unsafe results[index].kind == XYLEM_ARGUMENT_TENSOR.rawValue {
      guard let tensor = unsafe results[index].as.tensor, unsafe lent.tensor(lentAs: tensor) == nil,
        unsafe !freed.contains(tensor)
      else { continue }
      unsafe freed.append(tensor)
      unsafe tensor.pointee.deleter?(tensor)
    }
  }
}
