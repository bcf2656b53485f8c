import Foundation

/// A UDP socket of 127.0.0.1 that never answers.
package final class SilentDNSServer: Sendable {
    /// Where it is.
    package let port: Int
    private let descriptor: Int32

    /// Listens.
    package init() throws {
        (descriptor, port) = try LoopbackSocket.bound(SOCK_DGRAM, port: 0)
    }

    deinit {
        close(descriptor)
    }
}
