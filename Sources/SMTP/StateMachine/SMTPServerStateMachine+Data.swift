internal import MailCore
internal import NIOCore

/// A message by DATA (RFC 5321 §4.1.1.4).
extension SMTPServerStateMachine {
    mutating func receiveData(
        _ input: inout ByteBuffer, _ started: SMTPServerState.DataTransfer
    ) -> SMTPServerAction? {
        var transfer = started
        while let event = transfer.decoder.next(&input) {
            switch event {
            case .octets(let octets):
                transfer.isBegun = true
                guard let kept = keep(octets, &transfer) else { continue }
                state = .data(transfer)
                return .bodyChunk(kept)
            case .end:
                return endData(transfer)
            }
        }
        state = .data(transfer)
        return nil
    }

    /// What of these octets goes to the spool: none once it is clear that the message will be refused.
    private func keep(_ octets: ByteBuffer, _ transfer: inout SMTPServerState.DataTransfer) -> ByteBuffer? {
        transfer.octets += octets.readableBytes
        guard dataRefusal(transfer) == nil else { return nil }
        var kept = octets
        if configuration.bareLinePolicy == .convert { kept = transfer.converter.convert(octets) }
        guard kept.readableBytes > 0 else { return nil }
        transfer.spooledOctets += kept.readableBytes
        return kept
    }

    private mutating func endData(_ transfer: SMTPServerState.DataTransfer) -> SMTPServerAction {
        if let reply = dataRefusal(transfer) { return loseMessage(transfer.transaction, reply) }
        let received = ReceivedData(
            octets: transfer.spooledOctets, traits: transfer.decoder.traits,
            transmissionType: transmissionType(transfer.transaction.smtpUTF8))
        return ask(.endOfData(received), .endOfData(transfer.transaction))
    }

    /// Why the message cannot be taken, by what came of it so far.
    private func dataRefusal(_ transfer: SMTPServerState.DataTransfer) -> SMTPReply? {
        if transfer.octets > configuration.limits.messageOctetsMax { return configuration.tooBigReply }
        guard configuration.bareLinePolicy == .reject else { return nil }
        let oddities = transfer.decoder.traits.oddities
        if oddities.contains(.bareLF) { return .bareLFInData }
        if oddities.contains(.bareCR) { return .bareCRInData }
        return nil
    }

    /// Refuses a message that came in whole; in LMTP each recipient hears it (RFC 2033 §4.2).
    mutating func loseMessage(
        _ transaction: SMTPServerState.Transaction, _ reply: SMTPReply
    ) -> SMTPServerAction {
        abort(.ready(SMTPServerState.Ready()), finalReply(transaction, reply))
    }

    func finalReply(_ transaction: SMTPServerState.Transaction, _ reply: SMTPReply) -> SMTPServerAction {
        guard configuration.role == .lmtp else { return .send(reply) }
        return .sendEach(Array(repeating: reply, count: transaction.accepted))
    }
}
