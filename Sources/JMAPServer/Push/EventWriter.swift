internal import Hummingbird
internal import NIOCore

/// Writes events to a client, and leaves one that does not take them in time.
///
/// One task writes at a time.
final class EventWriter: @unchecked Sendable {
    private var output: any ResponseBodyWriter
    private let secondsMax: Int64

    init(_ output: any ResponseBodyWriter, secondsMax: Int64) {
        self.output = output
        self.secondsMax = secondsMax
    }

    /// The client does not read.
    struct TooSlow: Error {}

    func write(_ text: String) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.output.write(ByteBuffer(string: text)) }
            group.addTask { [secondsMax] in
                try await Task.sleep(for: .seconds(secondsMax))
                throw TooSlow()
            }
            try await group.next()
            group.cancelAll()
        }
    }

    func finish() async throws { try await output.finish(nil) }
}
