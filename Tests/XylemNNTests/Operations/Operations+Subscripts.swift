import XylemNN
import XylemTensor

extension Operations {
  static func reading() -> OperationTable {
    var t: OperationTable = [:]
    t["a[0]"] = { try $0.a[0] as Tensor }
    t["a[-1]"] = { try $0.a[-1] as Tensor }
    t["a[1, 2]"] = { try $0.a[1, 2] as Tensor }
    t["a[1:3]"] = { try $0.a[1..<3] as Tensor }
    t["a[-2:]"] = { try $0.a[(-2)...] as Tensor }
    t["a[:, ::2]"] = { try $0.a[.all, .slice(step: 2)] as Tensor }
    t["a[:, 1:-1]"] = { try $0.a[.all, 1..<(-1)] as Tensor }
    t["a[5:9]"] = { try $0.a[5..<9] as Tensor }
    t["a[..., 0]"] = { try $0.a[.ellipsis, 0] as Tensor }
    t["a[0, ..., 1:]"] = { try $0.a[0, .ellipsis, 1...] as Tensor }
    t["a[None]"] = { try $0.a[.newAxis] as Tensor }
    t["a[:, None, :]"] = { try $0.a[.all, .newAxis, .all] as Tensor }
    t["a[b]"] = { try $0.a[$0.b] as Tensor }
    t["a[:, b]"] = { try $0.a[.all, $0.b] as Tensor }
    t["a[b, c]"] = { try $0.a[$0.b, $0.c] as Tensor }
    t["a[3]"] = { try $0.a[3] as Tensor }
    t["a[0, 0, 0]"] = { try $0.a[0, 0, 0] as Tensor }
    t["a[:-1]"] = { try $0.a[..<(-1)] as Tensor }
    t["a[1:-1]"] = { try $0.a[1 ..< -1] as Tensor }
    t["a[2:1]"] = { try $0.a[2..<1] as Tensor }
    t["a[[2, 0]]"] = { try $0.a[[2, 0]] as Tensor }
    t["a[:, [True, False, True, False]]"] = { try $0.a[.all, [true, false, true, false]] as Tensor }
    t["a[[0, 2], [1, 3]]"] = { try $0.a[[0, 2], [1, 3]] as Tensor }
    t["a[[], 0]"] = { try $0.a[[Int](), 0] as Tensor }
    t["a[..., b]"] = { try $0.a[.ellipsis, $0.b] as Tensor }
    t["a[..., None, b]"] = { try $0.a[.ellipsis, .newAxis, $0.b] as Tensor }
    t["a[b, 1]"] = { try $0.a[$0.b, 1] as Tensor }
    t["a[b, 1:]"] = { try $0.a[$0.b, 1...] as Tensor }
    t["a[b, :, c]"] = { try $0.a[$0.b, .all, $0.c] as Tensor }
    t["a[0, b]"] = { try $0.a[0, $0.b] as Tensor }
    t["a[b, None]"] = { try $0.a[$0.b, .newAxis] as Tensor }
    return t
  }

  static func writing() -> OperationTable {
    var t: OperationTable = [:]
    t["a[0] = 1"] = { o in
      try o.a[0] .= 1
      return o.a
    }
    t["a[1:3] = b"] = { o in
      try o.a[1..<3] .= o.b
      return o.a
    }
    t["a[:, ::2] = b"] = { o in
      try o.a[.all, .slice(step: 2)] .= o.b
      return o.a
    }
    t["a[..., -1] = 0.5"] = { o in
      try o.a[.ellipsis, -1] .= 0.5
      return o.a
    }
    t["a[b] = 2"] = { o in
      try o.a[o.b] .= 2
      return o.a
    }
    t["a[b] = c"] = { o in
      try o.a[o.b] .= o.c
      return o.a
    }
    t["a[0] += 1"] = { o in
      try o.a[0] .+= 1
      return o.a
    }
    t["a[b] += 1"] = { o in
      try o.a[o.b] .+= 1
      return o.a
    }
    t["a[b] -= c"] = { o in
      try o.a[o.b] .-= o.c
      return o.a
    }
    t["a[1:3] *= b"] = { o in
      try o.a[1...2] .*= o.b
      return o.a
    }
    t["a[0, 1] /= 4"] = { o in
      try o.a[0, 1] ./= 4
      return o.a
    }
    t["a[a < 0] = 0.5"] = { o in
      try o.a[o.a < 0] .= 0.5
      return o.a
    }
    t["a[b, 1:3] = 7"] = { o in
      try o.a[o.b, 1..<3] .= 7
      return o.a
    }
    t["a[b] = 2.7"] = { o in
      try o.a[o.b] .= 2.7
      return o.a
    }
    t["a[0] = 2.7"] = { o in
      try o.a[0] .= 2.7
      return o.a
    }
    t["a[[0, 2]] = b"] = { o in
      try o.a[[0, 2]] .= o.b
      return o.a
    }
    t["a[b] = True"] = { o in
      try o.a[o.b] .= true
      return o.a
    }
    t["a[b] *= 2"] = { o in
      try o.a[o.b] .*= 2
      return o.a
    }
    t["a[b] /= 2"] = { o in
      try o.a[o.b] ./= 2
      return o.a
    }
    return t
  }
}
