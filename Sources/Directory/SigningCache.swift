internal import MailCore
internal import SenderAuthentication
internal import Synchronization

/// The keys of our domains and the secret of rewritten senders, read once. Any change of the directory makes them void.
final class SigningCache: Sendable {
    /// The state of the directory that keys belong to.
    struct Generation: Equatable, Sendable {
        fileprivate let number: UInt64
    }

    private struct State {
        var generation: UInt64 = 0
        /// Domains of ours only: there are as many as somebody has added.
        var keys: [Domain: [DKIMSigningKey]] = [:]
        /// Never changes once it is made.
        var rewritingSecret: [UInt8]?
    }

    private let state = Mutex(State())

    /// To be taken before the store is read.
    var generation: Generation { state.withLock { Generation(number: $0.generation) } }

    /// Called when a change is durable.
    func invalidate() {
        state.withLock { state in
            state.generation &+= 1
            state.keys = [:]
        }
    }

    /// The keys, if they are known.
    func keys(of domain: Domain) -> [DKIMSigningKey]? { state.withLock { $0.keys[domain] } }

    /// Keeps what was read, unless the directory has changed since.
    func keep(_ keys: [DKIMSigningKey], of domain: Domain, of generation: Generation) {
        state.withLock { state in
            if generation.number == state.generation { state.keys[domain] = keys }
        }
    }

    /// The secret of rewritten senders, if it is known.
    var rewritingSecret: [UInt8]? {
        get { state.withLock { $0.rewritingSecret } }
        set { state.withLock { $0.rewritingSecret = newValue } }
    }
}
