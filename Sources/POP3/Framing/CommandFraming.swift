package import NIOCore

/// Cuts the input into lines.
///
/// A line ends with CRLF; a bare LF is taken too, in every state: scripts send it, and nothing can be smuggled by it,
/// because no POP3 command carries free octets and STLS drops what was sent in advance.
package struct CommandFraming: Sendable {
    /// What the input held next.
    package enum Frame: Hashable, Sendable {
        /// A line without its end.
        case line([UInt8])
        /// A line beyond the limit, skipped to its end.
        case overlong
        /// More of an overlong line than we care to skip.
        case flood
    }

    private let limits: POP3Limits
    /// Octets in the buffer known to hold no LF.
    private var scannedOctets = 0
    /// Octets of an overlong line gone by; 0 where none is being skipped.
    private var skippedOctets = 0

    /// Framing at the start of a connection.
    package init(limits: POP3Limits) { self.limits = limits }

    /// The next frame, or nil where the input holds no whole line. It leaves at most one permitted line in the buffer.
    package mutating func next(in input: inout ByteBuffer, isAuthenticating: Bool) -> Frame? {
        let view = input.readableBytesView
        let unscanned = view.dropFirst(scannedOctets)
        guard let end = unscanned.firstIndex(of: UInt8(ascii: "\n")) else {
            return waitForEnd(in: &input, isAuthenticating: isAuthenticating)
        }
        let length = end - view.startIndex + 1
        scannedOctets = 0
        guard skippedOctets == 0, let octets = input.readBytes(length: length) else {
            input.moveReaderIndex(forwardBy: length)
            skippedOctets = 0
            return .overlong
        }
        guard length <= lengthMax(of: octets, isAuthenticating: isAuthenticating) else { return .overlong }
        let endOctets = octets.dropLast().last == UInt8(ascii: "\r") ? 2 : 1
        return .line(Array(octets.dropLast(endOctets)))
    }

    /// Forgets a line that has begun: its rest comes from another (TLS began).
    package mutating func reset() {
        scannedOctets = 0
        skippedOctets = 0
    }

    private mutating func waitForEnd(in input: inout ByteBuffer, isAuthenticating: Bool) -> Frame? {
        scannedOctets = input.readableBytes
        let start = input.getBytes(at: input.readerIndex, length: min(5, input.readableBytes)) ?? []
        let isOverlong = input.readableBytes >= lengthMax(of: start, isAuthenticating: isAuthenticating)
        guard isOverlong || skippedOctets > 0 else { return nil }
        skippedOctets += input.readableBytes
        scannedOctets = 0
        input.clear()
        return skippedOctets > limits.skippedOctetsMax ? .flood : nil
    }

    private func lengthMax(of line: [UInt8], isAuthenticating: Bool) -> Int {
        let opensExchange = line.count >= 5 && line.prefix(5).map { $0 & 0xDF } == Self.authKeyword
        return isAuthenticating || opensExchange ? limits.authenticationLineOctetsMax : limits.commandLineOctetsMax
    }

    /// `AUTH ` with the case bit off, which turns the space into NUL.
    private static let authKeyword: [UInt8] = Array("AUTH\u{0}".utf8)
}
