internal import Directory
internal import InternetMessage
internal import MailCore
internal import NIOCore
internal import SMTP
internal import Storage

/// What a submitted message goes through between its last octet and its delivery (RFC 6409 §8).
extension SMTPSession {
    /// A message that is refused for what it is.
    struct Unacceptable: Error {
        let reply: SMTPReply
    }

    /// Octets up to which a message is read where it arrived; larger ones go to a thread.
    private static let readInPlaceMax: Int64 = 128 << 10
    /// How much of a message is rewritten at a time.
    private static let pieceOctets = 256 << 10

    /// Checks the author and makes the message lawful; the envelope's parameters follow it.
    ///
    /// - Throws: `Unacceptable`, or what the store throws.
    nonisolated(nonsending)
        func prepare(_ body: MessageBody, _ finished: inout SMTPTransaction, _ queueID: QueueID) async throws
        -> MessageBody
    {
        guard let login, let policy = context.submission else { return body }
        let now = context.now()
        let repair = SubmissionRepair(
            date: MailDate(secondsSince1970: now),
            messageID: InternetMessageID("\(now).\(queueID)@\(context.configuration.hostname)"),
            body: finished.envelope.parameters.body)
        let message: SubmittedMessage
        do {
            message = try await read(body) { try SubmittedMessage(reading: $0, repair) }
        } catch let obstacle as TransportObstacle {
            throw Unacceptable(reply: .unlawful(obstacle))
        }
        if policy.headerFrom == .own { try await checkAuthor(of: message, login) }
        finished.envelope.parameters.body = message.repair.body
        if message.repair.smtpUTF8 == .needed { finished.envelope.parameters.smtpUTF8 = .needed }
        // From is the author's to write; where there is none the envelope says who it was.
        let from = message.hasFrom ? "" : "From: <\(finished.envelope.reversePath.address ?? login.address)>\r\n"
        if message.repair.edits.isEmpty, from.isEmpty { return body }
        return try await rewrite(body, message.repair.edits, from: from, behind: finished.traceOctets)
    }

    /// Somebody whom the account may send as has to stand in From, or in Sender.
    nonisolated(nonsending)
        private func checkAuthor(of message: SubmittedMessage, _ login: AuthenticatedAccount) async throws
    {
        guard message.hasFrom else { return }
        for address in message.authors + (message.sender.map { [$0] } ?? []) {
            if try await context.directory.mayUse(address, login.id) { return }
        }
        let what = message.authors.first.map { "From: <\($0.written)>" } ?? "From"
        throw Unacceptable(reply: try await wrongSender(what, login))
    }

    nonisolated(nonsending)
        private func read<T: Sendable>(
            _ body: MessageBody, _ reading: @escaping @Sendable (UnsafeRawBufferPointer) throws -> T
        ) async throws -> T
    {
        if body.count <= Self.readInPlaceMax { return try body.withUnsafeBytes(reading) }
        return try await context.store.work { try body.withUnsafeBytes(reading) }
    }

    /// The message with its edits done, in another spool; `from` comes behind the trace field that begins it.
    nonisolated(nonsending)
        private func rewrite(
            _ body: MessageBody, _ edits: MessageEdits, from: String, behind traceOctets: Int
        ) async throws -> MessageBody
    {
        var editor = MessageEditor(edits)
        var spool = context.store.spool()
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

extension SMTPReply {
    /// A message that nothing makes fit for the network.
    static func unlawful(_ obstacle: TransportObstacle) -> SMTPReply {
        SMTPReply(
            550, EnhancedStatusCode(.permanentFailure, 6, 0),
            "The message cannot be sent as it is: \(obstacle.explanation)")
    }
}
