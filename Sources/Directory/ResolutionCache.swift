import MailCore
import Synchronization

/// Recipients that were resolved lately. Any change of the directory makes all of them void.
///
/// Two halves: what is used moves into the young one; when that is full it becomes the old one, whose rest is dropped.
final class ResolutionCache: Sendable {
    /// The state of the directory that an answer belongs to.
    struct Generation: Equatable, Sendable {
        fileprivate let number: UInt64
    }

    private struct State {
        var generation: UInt64 = 0
        var young: [ForwardPath: Resolution] = [:]
        var old: [ForwardPath: Resolution] = [:]
        var youngWeight = 0
    }

    private let state = Mutex(State())
    private let weightMax: Int

    /// - Parameter weightMax: how many resolutions and copies are kept in all.
    init(weightMax: Int) {
        self.weightMax = max(2, weightMax)
    }

    /// To be taken before the store is read.
    var generation: Generation { state.withLock { Generation(number: $0.generation) } }

    /// Called when a change is durable.
    func invalidate() {
        state.withLock { state in
            state.generation &+= 1
            state.young = [:]
            state.old = [:]
            state.youngWeight = 0
        }
    }

    /// The resolution, if it is known.
    func resolution(_ path: ForwardPath) -> Resolution? {
        state.withLock { state in
            if let known = state.young[path] { return known }
            guard let known = state.old[path] else { return nil }
            keep(known, for: path, in: &state)
            return known
        }
    }

    /// Keeps what was read, unless the directory has changed since.
    func keep(_ resolution: Resolution, for path: ForwardPath, of generation: Generation) {
        state.withLock { state in
            guard generation.number == state.generation else { return }
            keep(resolution, for: path, in: &state)
        }
    }

    private func keep(_ resolution: Resolution, for path: ForwardPath, in state: inout State) {
        let weight = resolution.weight
        guard weight <= weightMax / 2 else { return }
        if state.youngWeight + weight > weightMax / 2 {
            state.old = state.young
            state.young = [:]
            state.youngWeight = 0
        }
        if state.young.updateValue(resolution, forKey: path) == nil { state.youngWeight += weight }
    }
}

extension Resolution {
    fileprivate var weight: Int {
        guard case .deliver(let expansion) = self else { return 1 }
        return 1 + expansion.localCopies.count + expansion.remoteCopies.count + expansion.problems.count
    }
}
