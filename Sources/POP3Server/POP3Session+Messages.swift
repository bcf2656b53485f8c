internal import CoreMetrics
internal import Logging
internal import MailCore
internal import MailStore
internal import NIOCore
internal import POP3
internal import ServerRuntime
internal import Storage

/// A message on its way to the client.
struct OpenedMessage {
    let uid: UID
    /// Where its octets stand, until a compaction moves them.
    var content: StoredOctets
    /// The copy's own header lines.
    let prefix: ByteBuffer
    /// The first octets of the log.
    let first: ByteBuffer
    /// How many octets of the log `first` has.
    let firstCount: Int64
    /// That of those octets, when there are more.
    let checksum: Checksum

    var isWhole: Bool { firstCount == content.count }
}

/// RETR, TOP, and what QUIT deletes.
extension POP3Session {
    /// Octets read at once: a message of usual size in one go.
    private static let pieceOctets: Int64 = 256 << 10

    /// Finds the message and reads its beginning, in one visit to the disk.
    ///
    /// Messages with UTF-8 in their header are sent as they are also to a client that did not say UTF8: most that have
    /// some came without SMTPUTF8, and a client is helped more by the octets than by a refusal (RFC 6856 §2.1 would have
    /// the server refuse; see docs/rfc-index.md).
    nonisolated(nonsending)
        func open(_ index: Int) async -> POP3MessageAnswer
    {
        guard let maildrop, maildrop.messages.indices.contains(index) else { return .vanished }
        if let message = await readAhead.message(index, of: maildrop, in: context.store) {
            opened = message
            return .ready
        }
        let (account, uid, store) = (maildrop.account, maildrop.messages[index].uid, context.store)
        do {
            opened = try await store.read { transaction in
                let source = try MailStore.source(account, .inbox, uid, in: transaction)
                let count = min(source.content.count, Self.pieceOctets)
                let first = try store.octetsBlocking(source.content, 0..<count)
                var checksum = Checksum()
                checksum.update(first)
                return OpenedMessage(
                    uid: uid, content: source.content, prefix: ByteBuffer(bytes: source.prefix), first: first,
                    firstCount: count, checksum: checksum)
            }
            return .ready
        } catch let error as StorageError where error.code == .notFound {
            return .vanished
        } catch {
            context.logger.log(
                level: Task.isCancelled ? .debug : .error, "message cannot be read",
                metadata: ["session": "\(info.id)", "uid": "\(uid.rawValue)", "error": "\(error)"])
            return .failed((error as? StorageError)?.code == .corrupt ? .permanent : .temporary)
        }
    }

    nonisolated(nonsending)
        func send(
            _ reply: POP3Reply, _ stream: MessageStream, _ replies: ReplyWriter
        ) async -> ConnectionStep<Question>
    {
        guard var message = opened else { return .close }
        opened = nil
        var output = ByteBuffer()
        if message.isWhole {
            write(reply, stream, message, to: &output)
            replies.append(output)
            return .proceed
        }
        var stream = stream
        reply.write(to: &output)
        do {
            var demand = stream.send(message.prefix) { output.writeImmutableBuffer($0) }
            if demand == .more { demand = stream.send(message.first) { output.writeImmutableBuffer($0) } }
            var offset = message.firstCount
            var checksum = message.checksum
            while offset < message.content.count, demand == .more {
                try await replies.write(output)
                output.clear()
                let end = min(offset + Self.pieceOctets, message.content.count)
                let piece = try await piece(of: &message, offset..<end)
                checksum.update(piece)
                demand = stream.send(piece) { output.writeImmutableBuffer($0) }
                offset = end
            }
            if offset == message.content.count, checksum.value != message.content.checksum {
                throw StorageError(.corrupt, "a message's octets are not what was written; run: paloma check")
            }
            stream.finish { output.writeImmutableBuffer($0) }
            try await replies.write(output)
        } catch {
            // The reply has begun and knows no error: without its last line the client takes the message for broken.
            if !Task.isCancelled, !(error is ReplyWriterError) {
                context.logger.error(
                    "message cannot be read to its end",
                    metadata: ["session": "\(info.id)", "uid": "\(message.uid.rawValue)", "error": "\(error)"])
            }
            return .close
        }
        context.retrieved.increment()
        return .proceed
    }

    /// Writes the reply with a message that is here whole and checked; it goes out with its neighbours.
    private func write(
        _ reply: POP3Reply, _ stream: MessageStream, _ message: OpenedMessage, to output: inout ByteBuffer
    ) {
        var stream = stream
        reply.write(to: &output)
        _ = stream.send(message.prefix) { output.writeImmutableBuffer($0) }
        _ = stream.send(message.first) { output.writeImmutableBuffer($0) }
        stream.finish { output.writeImmutableBuffer($0) }
        context.retrieved.increment()
    }

    /// Answers at once with a message that was read ahead.
    ///
    /// - Returns: whether it was.
    func sendIfHere(_ index: Int, replies: inout ByteBuffer) -> Bool {
        guard let maildrop, let message = readAhead.messageIfHere(index, of: maildrop, in: context.store) else {
            return false
        }
        guard case .sendMessage(let reply, let stream) = machine.answer(message: .ready) else {
            preconditionFailure("A message that is ready is sent")
        }
        write(reply, stream, message, to: &replies)
        return true
    }

    /// A client may take hours for a message. Should a compaction move it meanwhile, the rest comes from where it is now.
    nonisolated(nonsending)
        private func piece(of message: inout OpenedMessage, _ range: Range<Int64>) async throws -> ByteBuffer
    {
        do {
            return try await context.store.octets(message.content, range)
        } catch {
            guard let maildrop else { throw error }
            let (account, uid, before) = (maildrop.account, message.uid, message.content)
            let now = try await context.store.read { try MailStore.source(account, .inbox, uid, in: $0).content }
            guard now.position != before.position, now.count == before.count, now.checksum == before.checksum else {
                throw error
            }
            message.content = now
            return try await context.store.octets(now, range)
        }
    }

    nonisolated(nonsending)
        func commit(_ marks: DeletionMarks) async -> POP3CommitAnswer
    {
        guard let maildrop else { return .failed(.temporary) }
        var uids: [UID] = []
        uids.reserveCapacity(marks.count)
        marks.forEach { uids.append(maildrop.messages[$0].uid) }
        do {
            let gone = try await context.mailStore.expunge(uids, from: .inbox, maildrop.account)
            context.logger.info("messages deleted", metadata: ["session": "\(info.id)", "count": "\(gone)"])
            return .done
        } catch {
            context.logger.error(
                "messages cannot be deleted", metadata: ["session": "\(info.id)", "error": "\(error)"])
            return .failed(.temporary)
        }
    }
}
