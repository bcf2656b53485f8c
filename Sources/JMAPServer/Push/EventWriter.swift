internal import NIOCore

/// Writes events to a client, and leaves one that does not take them in time.
struct EventWriter: Sendable {
    let output: BodyWriter
    let secondsMax: Int64

    /// The client does not read.
    struct TooSlow: Error {}

    func write(_ text: String) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await output.write(ByteBuffer(string: text)) }
            group.addTask {
                try await Task.sleep(for: .seconds(secondsMax))
                throw TooSlow()
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
