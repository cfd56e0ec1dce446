package import XylemErrors

// The messages of errors about state dicts in PyTorch's files.

/// A fault of a pickle.
package enum PickleFault {
  case ended
  case protocolVersion
  case instruction(UInt8)
  case operands
  case text
  case arguments(String)
  case layout(sizes: [Int], strides: [Int], offset: Int)

  var sentence: String {
    switch self {
    case .ended: "ends inside an instruction"
    case .protocolVersion: "has a protocol other than 2 to 5"
    case .instruction(let code): "has the unknown instruction \(code)"
    case .operands: "has an instruction without the values that it needs"
    case .text: "has a string that is not valid UTF-8"
    case .arguments(let function): "has the wrong arguments for \(function.printable)"
    case .layout(let sizes, let strides, let offset):
      "has a tensor with the invalid layout \(sizes.printable), strides \(strides.printable), offset \(offset)"
    }
  }
}

/// A fault of a PyTorch file outside its pickle.
package enum StateDictFault {
  case empty
  case unknownForm
  case damagedZip
  case foreignZip
  case record(of: String?)
  case shortRecord(of: String, bytes: Int, needed: Int)
  case outside(of: String)
  case keyTwice(String)
  case storageKeys
  case storageUnknown(String)
  case storageTwice(String)
  case storageCutShort(String)

  var sentence: String {
    switch self {
    case .empty: "the file is empty"
    case .unknownForm: "the file is neither a PyTorch file nor a safetensors file"
    case .damagedZip: "the file is truncated or damaged"
    case .foreignZip: "the zip file was not written by PyTorch"
    case .record(nil): "a record of the file is missing or damaged"
    case .record(let key?): "the data of '\(key.printable)' are missing or damaged"
    case .shortRecord(let key, let bytes, let needed):
      "the data of '\(key.printable)' are truncated: \(bytes.asBytes) of \(needed)"
    case .outside(let key): "the tensor '\(key.printable)' exceeds its data"
    case .keyTwice(let key): "the key '\(key.printable)' occurs twice"
    case .storageKeys: "the file has no list of its storages' keys"
    case .storageUnknown(let key): "no tensor of the file declares the type of the storage '\(key.printable)'"
    case .storageTwice(let key): "the storage '\(key.printable)' occurs twice"
    case .storageCutShort(let key): "the file ends inside the storage '\(key.printable)'"
    }
  }

  package var remedies: [String] {
    switch self {
    case .empty, .damagedZip, .record, .shortRecord, .storageCutShort: ["copy or download the file again"]
    case .unknownForm, .foreignZip: ["torch.save(model.state_dict(), \"weights.pth\")  # in Python, to make one"]
    case .outside, .keyTwice, .storageKeys, .storageUnknown, .storageTwice: []
    }
  }
}

/// A file that is not a state dict although nothing is damaged, and content that can't be written.
package enum StateDictLimit {
  case tar
  case legacyVersion
  case plainPickle
  case module(String)
  case notDictionary(String)
  case noTensor(key: String, type: String)
  case twoDictionaries(String, String)
  case bigEndian
  case ending
  case dtype(of: String)
  case noStorage(of: String)

  var sentence: String {
    switch self {
    case .tar: "the file has the format of PyTorch before 0.2, a tar archive, which is not supported"
    case .legacyVersion: "the file's version is not one that PyTorch wrote before 1.6"
    case .plainPickle: "the file is a pickle that torch.save did not write"
    case .module(let name): "the file holds an object of the class \(name.printable), which only Python can load"
    case .notDictionary(let type): "the file holds \(type.printable), not a dictionary of tensors"
    case .noTensor(let key, let type):
      "the file has no tensor that can be read: the value of '\(key.printable)' is \(type.printable)"
    case .twoDictionaries(let a, let b): "the file holds a dictionary as '\(a)' and another as '\(b)'"
    case .bigEndian: "the file was written on a big-endian machine"
    case .ending: "the file's name has no known extension"
    case .dtype(let key): "'\(key.printable)' has elements of a type that the file can't hold"
    case .noStorage(let key): "'\(key.printable)' has no plain storage: it is sparse or has no device"
    }
  }

  func remedies(of path: String) -> [String] {
    switch self {
    case .tar, .legacyVersion:
      [
        "torch.save(torch.load(\(pythonWord(path)), map_location=\"cpu\", weights_only=False), \"weights.pth\")  # in Python"
      ]
    case .plainPickle, .module: ["torch.save(model.state_dict(), \"weights.pth\")  # in Python"]
    case .notDictionary: ["torch.save({\"weight\": tensor}, \"weights.pth\")  # in Python"]
    case .noTensor: ["torch.save(model.state_dict(), \"weights.pth\")  # in Python"]
    case .twoDictionaries(let a, _):
      ["torch.save(torch.load(\(pythonWord(path)))[\(pythonWord(a))], \"weights.pth\")  # in Python"]
    case .bigEndian: ["torch.save(torch.load(\(pythonWord(path))), \"weights.pth\")  # in Python on this machine"]
    case .ending: ["end the name in .pth, .pt or .safetensors"]
    case .dtype, .noStorage: ["convert it to a plain, dense tensor first"]
    }
  }
}

extension XylemError {
  package static func malformed(_ path: String, _ fault: PickleFault, at offset: Int) -> XylemError {
    XylemError(
      .fileMalformed, "the file's pickle \(fault.sentence) at byte \(offset)", at: Place(file: path),
      remedies: ["copy or download the file again"])
  }

  package static func malformed(_ path: String, _ fault: StateDictFault, cause: (any Error)? = nil) -> XylemError {
    XylemError(.fileMalformed, fault.sentence, at: Place(file: path), cause: cause, remedies: fault.remedies)
  }

  package static func unsupported(_ path: String, _ limit: StateDictLimit) -> XylemError {
    XylemError(.fileUnsupported, limit.sentence, at: Place(file: path), remedies: limit.remedies(of: path))
  }
}
