/// Tells whoever delivers that there may be work.
public final class QueueSignal: Sendable {
    /// An element for any number of calls of `raise` since the last one.
    public let raised: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// Nobody has called yet.
    public init() {
        (raised, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something was put into the queue, or may be tried now.
    public func raise() {
        continuation.yield()
    }
}
