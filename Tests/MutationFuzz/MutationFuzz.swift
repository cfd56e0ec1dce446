import Foundation
import Glibc
import Synchronization
import XylemTensor

/// Tries damaged files on every command, many thousands of them: none may end a process by our fault, hang it, or be refused without a
/// word of ours.
///
/// Inputs follow from a seed. They are tried in processes that load libtorch once, and are replaced when they end. See ``FuzzPlan`` for
/// what can be chosen.
@main
enum MutationFuzz {
  /// The most inputs that one process is given at a time.
  private static let largestShare = 2_000

  static func main() {
    let arguments = Array(OwnProcess.arguments.dropFirst())
    if arguments.first == Worker.word { exit(Worker.main(Array(arguments.dropFirst()))) }
    let plan = FuzzPlan(ProcessInfo.processInfo.environment)
    var faults = 0
    for kind in plan.kinds {
      do {
        faults += try run(kind, plan)
      } catch {
        print("error: \(error)")
        exit(2)
      }
    }
    exit(faults == 0 ? 0 : 1)
  }

  /// Tries every input of a kind; returns how many showed a fault.
  private static func run(_ kind: FuzzKind, _ plan: FuzzPlan) throws -> Int {
    let tally = Tally(plan)
    let start = ContinuousClock.now
    let end = plan.first + plan.count
    let share = max(1, min(largestShare, plan.count / plan.jobs / 2))
    let next = Mutex(plan.first)
    let failure = Mutex<String?>(nil)
    let folder = NSTemporaryDirectory() + "/xylem-fuzz-\(getpid())-\(kind.rawValue)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    DispatchQueue.concurrentPerform(iterations: min(plan.jobs, max(1, plan.count / 50))) { job in
      do {
        let own = folder + "/\(job)"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        let overseer = Overseer(plan: plan, kind: kind, tally: tally, folder: own)
        while failure.withLock({ $0 == nil }) {
          let range = next.withLock { next in
            let first = next
            next = min(end, first + share)
            return first..<next
          }
          if range.isEmpty { return }
          try overseer.run(range)
        }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw FuzzFailure(description: failure) }
    let seconds = Double((ContinuousClock.now - start).components.seconds)
    print("\(kind.rawValue): \(tally.total) inputs from seed \(plan.seed), \(Int(seconds)) s, \(tally.faults) faults")
    print(tally.report)
    return tally.faults
  }
}
