package import Directory
internal import InternetMessage
package import MailCore
internal import NIOCore
package import Storage

/// What a message of one of our users goes through before its delivery (RFC 6409 §8), whatever protocol brought it.
package struct SubmissionDesk: Sendable {
    /// Whom a message's header may name as its author.
    package enum HeaderFrom: Hashable, Sendable {
        /// Somebody that the account may send as, in From or in Sender (RFC 6409 §8.1).
        case own
        /// Anybody.
        case anybody
    }

    /// Why a message is refused for what it is.
    package enum Refusal: Error, Sendable, Hashable {
        /// Nothing makes it fit for the network; why, in plain words.
        case unlawful(String)
        /// Somebody else stands in From, of whom this is the first.
        case foreignAuthor(EmailAddress?)
    }

    private let store: Store
    private let directory: Directory
    private let hostname: String
    private let headerFrom: HeaderFrom

    /// - Parameter hostname: stands in the Message-ID of messages that have none.
    package init(store: Store, directory: Directory, hostname: String, headerFrom: HeaderFrom) {
        self.store = store
        self.directory = directory
        self.hostname = hostname
        self.headerFrom = headerFrom
    }

    /// Octets up to which a message is read where it arrived; larger ones go to a thread.
    private static let readInPlaceMax: Int64 = 128 << 10
    /// How much of a message is rewritten at a time.
    private static let pieceOctets = 256 << 10

    /// Checks the author and makes the message lawful; the envelope's parameters follow it.
    ///
    /// - Parameter traceOctets: of the trace field that begins the message.
    /// - Throws: `Refusal`, or what the store throws.
    package nonisolated(nonsending) func prepare(
        _ body: MessageBody, _ envelope: inout Envelope, traceOctets: Int, of login: AuthenticatedAccount,
        as queueID: QueueID, at seconds: Int64
    ) async throws -> MessageBody {
        let repair = SubmissionRepair(
            date: MailDate(secondsSince1970: seconds),
            messageID: InternetMessageID("\(seconds).\(queueID)@\(hostname)"), body: envelope.parameters.body)
        let message: SubmittedMessage
        do {
            message = try await read(body) { try SubmittedMessage(reading: $0, repair) }
        } catch let obstacle as TransportObstacle {
            throw Refusal.unlawful(obstacle.explanation)
        }
        if headerFrom == .own { try await checkAuthor(of: message, login) }
        envelope.parameters.body = message.repair.body
        if message.repair.smtpUTF8 == .needed { envelope.parameters.smtpUTF8 = .needed }
        // From is the author's to write; where there is none the envelope says who it was.
        let from = message.hasFrom ? "" : "From: <\(envelope.reversePath.address ?? login.address)>\r\n"
        if message.repair.edits.isEmpty, from.isEmpty { return body }
        return try await rewrite(body, message.repair.edits, from: from, behind: traceOctets)
    }

    /// Somebody whom the account may send as has to stand in From, or in Sender.
    private nonisolated(nonsending) func checkAuthor(
        of message: SubmittedMessage, _ login: AuthenticatedAccount
    ) async throws {
        guard message.hasFrom else { return }
        for address in message.authors + (message.sender.map { [$0] } ?? []) {
            if try await directory.mayUse(address, login.id) { return }
        }
        throw Refusal.foreignAuthor(message.authors.first)
    }

    private nonisolated(nonsending) func read<T: Sendable>(
        _ body: MessageBody, _ reading: @escaping @Sendable (UnsafeRawBufferPointer) throws -> T
    ) async throws -> T {
        if body.count <= Self.readInPlaceMax { return try body.withUnsafeBytes(reading) }
        return try await store.work { try body.withUnsafeBytes(reading) }
    }

    /// The message with its edits done, in another spool; `from` comes behind the trace field that begins it.
    private nonisolated(nonsending) func rewrite(
        _ body: MessageBody, _ edits: MessageEdits, from: String, behind traceOctets: Int
    ) async throws -> MessageBody {
        var editor = MessageEditor(edits)
        var spool = store.spool()
        var position = 0
        let count = Int(body.count)
        while position < count {
            let end = position < traceOctets ? min(traceOctets, count) : min(position + Self.pieceOctets, count)
            let (start, editing) = (position, editor)
            let piece = try await read(body) { octets in
                var editor = editing
                var output: [UInt8] = []
                let original = UnsafeRawBufferPointer(rebasing: octets[start..<end])
                editor.apply(to: original.assumingMemoryBound(to: UInt8.self).span, into: &output)
                return (editor: editor, output: output)
            }
            editor = piece.editor
            spool.append(ByteBuffer(bytes: piece.output))
            if end == traceOctets, !from.isEmpty { spool.append(ByteBuffer(string: from)) }
            if spool.mustFlush { try await spool.flush() }
            position = end
        }
        var rest: [UInt8] = []
        editor.finish(into: &rest)
        spool.append(ByteBuffer(bytes: rest))
        return try await spool.finish()
    }
}

extension Domain {
    /// Whether no mail server can ever be found for it: names that are kept out of the DNS (RFC 6761 §6.3, §6.4, RFC 7686).
    package var isSurelyNowhere: Bool {
        ["invalid", "localhost", "onion"].contains { ascii == $0 || ascii.hasSuffix(".\($0)") }
    }
}
