internal import Synchronization

/// Tells whoever delivers that there may be work.
public final class QueueSignal: Sendable {
    /// An element for any number of calls of `raise` since the last one.
    public let raised: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let isRetryWanted = Atomic(false)

    /// Nobody has called yet.
    public init() {
        (raised, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something was put into the queue, or may be tried now.
    public func raise() {
        continuation.yield()
    }

    /// Something is to be tried at once, even where no server could be reached before. Said within the transaction that
    /// makes it due, so that whoever puts destinations off in a later one knows of it.
    func wantRetry() {
        isRetryWanted.store(true, ordering: .releasing)
    }

    /// Whether somebody wants something tried at once and nobody has begun to.
    var isRetryPending: Bool { isRetryWanted.load(ordering: .acquiring) }

    /// Whether something is to be tried at once; the caller does it.
    public func takeRetry() -> Bool {
        isRetryWanted.exchange(false, ordering: .acquiringAndReleasing)
    }
}
