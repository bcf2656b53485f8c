internal import Hummingbird
internal import NIOCore

/// The body of a response on its way, for who writes it from several functions.
///
/// Invariant: the one closure that was given the writer waits for each call before it makes the next.
final class BodyWriter: @unchecked Sendable {
    private var output: any ResponseBodyWriter

    init(_ output: any ResponseBodyWriter) { self.output = output }

    /// Returns when the connection takes more.
    func write(_ octets: ByteBuffer) async throws { try await output.write(octets) }

    /// The body is whole.
    func finish() async throws { try await output.finish(nil) }
}
