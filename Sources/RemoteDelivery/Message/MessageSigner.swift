internal import Directory
internal import InternetMessage
internal import Logging
internal import MailCore
internal import MailQueue
internal import NIOCore
internal import SenderAuthentication
internal import Storage

/// Signs what leaves in the name of one of our domains (RFC 6376): what our users submit and what we write ourselves.
/// Mail of others that is only led on keeps the signatures it has.
struct MessageSigner: Sendable {
    let store: Store
    let directory: Directory
    let logger: Logger

    /// Adds a signature for each of the keys of the author's domain. Without one, the message leaves unsigned.
    ///
    /// - Returns: the signatures, as the trace tells them.
    func sign(_ message: inout OutgoingMessage, _ item: QueueItem, at seconds: Int64) async -> [String] {
        guard item.origin != .received else { return [] }
        do {
            guard let (header, bodyOffset) = try await header(of: message), let domain = Self.authorDomain(header)
            else {
                return []
            }
            let keys = try await directory.signingKeys(for: domain)
            guard !keys.isEmpty else { return [] }
            let signer = DKIMSigner(domain: domain, keys: keys)
            var hash = signer.bodyHash
            var offset = bodyOffset
            while true {
                let piece = try await message.octets(from: offset)
                guard piece.readableBytes > 0 else { break }
                offset += Int64(piece.readableBytes)
                piece.withUnsafeReadableBytes { hash.update($0) }
            }
            message.signatures = try signer.signatures(header: header, bodyHash: hash.finish(), at: seconds)
            return keys.map { "d=\(domain) s=\($0.selector.text) \($0.privateKey.algorithm.rawValue)" }
        } catch {
            logger.warning(
                "message not signed", metadata: ["message": "\(item.queueID)", "error": "\(error)"])
            return []
        }
    }

    /// A header that is longer is not signed.
    private static let headerOctetsMax = 1 << 20

    /// The header without the empty line behind it, and where the body begins.
    private func header(of message: OutgoingMessage) async throws -> ([UInt8], Int64)? {
        var octets: [UInt8] = []
        var searched = 0
        while octets.count <= Self.headerOctetsMax {
            let piece = try await message.octets(from: Int64(octets.count))
            octets.append(contentsOf: piece.readableBytesView)
            if let end = Self.emptyLine(octets, from: searched) {
                return (Array(octets[..<(end + 2)]), Int64(end + 4))
            }
            guard piece.readableBytes > 0 else { return (octets, Int64(octets.count)) }
            searched = max(0, octets.count - 3)
        }
        return nil
    }

    /// Where CRLF CRLF begins.
    private static func emptyLine(_ octets: [UInt8], from start: Int) -> Int? {
        guard octets.count >= 4 else { return nil }
        var index = start
        while index + 3 < octets.count, let newline = octets[index...].firstIndex(of: 0x0d) {
            guard newline + 3 < octets.count else { return nil }
            if octets[newline + 1] == 0x0a, octets[newline + 2] == 0x0d, octets[newline + 3] == 0x0a { return newline }
            index = newline + 1
        }
        return nil
    }

    private static func authorDomain(_ header: [UInt8]) -> Domain? {
        header.withUnsafeBytes { bytes in
            MessageFacts(parsing: bytes).from.flatMap { Domain(String(decoding: $0.domain, as: UTF8.self)) }
        }
    }
}
