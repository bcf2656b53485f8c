internal import MailCore
internal import NIOCore

/// A message by BDAT (RFC 3030 §2, §4).
extension SMTPServerStateMachine {
    /// The octets behind BDAT come whatever the answer will be, and are counted off in each case.
    mutating func beginChunk(_ chunk: SMTPCommand.Chunk, _ input: inout ByteBuffer) -> SMTPServerAction? {
        switch state {
        case .transaction(let transaction):
            if let refusal = chunkRefusal(transaction) {
                startChunk(chunk, .discard(refusal, .transaction(transaction)))
            } else if chunk.octets > configuration.limits.messageOctetsMax {
                startChunk(chunk, .lose(transaction, configuration.tooBigReply))
            } else {
                return ask(.beginData, .beginChunk(transaction, chunk))
            }
        case .chunking(let chunking):
            if chunk.octets > configuration.limits.messageOctetsMax - chunking.octets {
                startChunk(chunk, .lose(chunking.transaction, configuration.tooBigReply))
            } else {
                startChunk(chunk, .keep(chunking))
            }
        case .ready(let ready):
            let severity: SMTPCommandError.Severity = ready.lastMail == .refused ? .refusal : .protocolError
            startChunk(chunk, .discard(SMTPCommandError(reply: .mailFirst, severity: severity), .ready(ready)))
        case .chunksRefused:
            startChunk(chunk, .discard(SMTPCommandError(reply: .chunksFailed, severity: .refusal), .chunksRefused))
        default:
            let reply: SMTPReply = mustStartTLS ? .tlsRequired : helloFirst
            startChunk(chunk, .discard(SMTPCommandError(reply: reply, severity: .protocolError), .greeted))
        }
        return receive(&input)
    }

    private var mustStartTLS: Bool { configuration.tlsMode == .startTLSRequired && channelSecurity == .plain }

    /// A recipient is needed, and so is the extension.
    private func chunkRefusal(_ transaction: SMTPServerState.Transaction) -> SMTPCommandError? {
        guard configuration.extensions.contains(.chunking) else {
            return SMTPCommandError(reply: .noChunking, severity: .protocolError)
        }
        return recipientsRefusal(transaction)
    }

    mutating func startChunk(_ chunk: SMTPCommand.Chunk, _ fate: SMTPServerState.ChunkTransfer.Fate) {
        state = .chunk(
            SMTPServerState.ChunkTransfer(
                order: chunk.order, announced: chunk.octets, remaining: chunk.octets, fate: fate))
    }

    mutating func receiveChunk(
        _ input: inout ByteBuffer, _ started: SMTPServerState.ChunkTransfer
    ) -> SMTPServerAction? {
        var transfer = started
        guard transfer.remaining > 0 else { return endChunk(transfer) }
        guard let octets = input.readSlice(length: min(transfer.remaining, input.readableBytes)),
            octets.readableBytes > 0
        else { return nil }
        transfer.remaining -= octets.readableBytes
        state = .chunk(transfer)
        if case .keep = transfer.fate { return .bodyChunk(octets) }
        return transfer.remaining > 0 ? nil : endChunk(transfer)
    }

    private mutating func endChunk(_ transfer: SMTPServerState.ChunkTransfer) -> SMTPServerAction {
        switch (transfer.fate, transfer.order) {
        case (.keep(var chunking), .more):
            chunking.octets += transfer.announced
            state = .chunking(chunking)
            return .send(.chunkReceived(octets: transfer.announced))
        case (.keep(let chunking), .last):
            let received = ReceivedData(
                octets: chunking.octets + transfer.announced, traits: nil,
                transmissionType: transmissionType(chunking.transaction.smtpUTF8))
            return ask(.endOfData(received), .endOfData(chunking.transaction))
        case (.discard(let refusal, let resumed), _):
            resume(resumed)
            return refuse(refusal)
        case (.lose(let transaction, let reply), .last):
            return loseMessage(transaction, reply)
        case (.lose(_, let reply), .more):
            return abort(.chunksRefused, .send(reply))
        }
    }

    private mutating func resume(_ resumed: SMTPServerState.ChunkTransfer.Resumed) {
        switch resumed {
        case .greeted: state = .greeted
        case .ready(let ready): state = .ready(ready)
        case .transaction(let transaction): state = .transaction(transaction)
        case .chunksRefused: state = .chunksRefused
        }
    }
}
