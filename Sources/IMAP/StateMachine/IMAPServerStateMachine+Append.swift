/// Messages that come with a command (RFC 9051 §6.3.12, RFC 3502, RFC 4469, RFC 8508): through, never held.
extension IMAPServerStateMachine {
    /// A command that ended before any literal: CATENATE of URLs alone.
    mutating func beginAppend(
        _ grammar: AppendGrammar, _ tag: CommandTag, _ parser: inout IMAPParser
    ) throws(IMAPSyntaxError) -> IMAPAction? {
        var transfer = AppendTransfer(tag: tag, grammar: grammar)
        let piece = try transfer.grammar.readToEnd(&parser)
        if let refusal = refusal(of: transfer.grammar) { return complete(refusal, tag, name: grammar.name) }
        return carryOn(transfer, piece, header: nil)
    }

    /// A command's text up to its first literal, which may be the mailbox's name.
    mutating func beginAppend(
        _ grammar: AppendGrammar, _ tag: CommandTag, _ header: LiteralHeader, _ parser: inout IMAPParser
    ) -> IMAPAction? {
        receive(AppendTransfer(tag: tag, grammar: grammar), header, &parser)
    }

    /// The text behind a message, up to a literal's size.
    mutating func receiveText(_ text: [UInt8], _ header: LiteralHeader, _ transfer: AppendTransfer) -> IMAPAction? {
        var parser = IMAPParser(text, grammar: grammar)
        return receive(transfer, header, &parser)
    }

    /// The text behind the last message, up to the command's end.
    mutating func receiveLastText(_ text: [UInt8], _ transfer: AppendTransfer) -> IMAPAction? {
        var parser = IMAPParser(text, grammar: grammar)
        var transfer = transfer
        do throws(IMAPSyntaxError) {
            let piece = try transfer.grammar.readToEnd(&parser)
            return carryOn(transfer, piece, header: nil)
        } catch {
            return giveUp(transfer, error.completion)
        }
    }

    private mutating func receive(
        _ started: AppendTransfer, _ header: LiteralHeader, _ parser: inout IMAPParser
    ) -> IMAPAction? {
        var transfer = started
        do throws(IMAPSyntaxError) {
            let piece = try transfer.grammar.readToLiteral(&parser)
            if let refusal = refusal(of: transfer.grammar) ?? synchronizationRefusal(of: header) {
                throw .refused(refusal)
            }
            return carryOn(transfer, piece, header: header)
        } catch .literalAwaited {
            if let refusal = refusal(of: header) { return drain(transfer, header, refusal) }
            return collect(header)
        } catch {
            return drain(transfer, header, error.completion)
        }
    }

    /// Whether the command is legal now; looked at before the session is asked.
    private func refusal(of grammar: AppendGrammar) -> IMAPCompletion? {
        switch (phase, grammar.target) {
        case (.notAuthenticated, _), (.over, _): return .bad("Log in first")
        case (.authenticated, .replacing): return .bad("Select a mailbox first")
        case (.selected(.readOnly), .replacing): return .no("The mailbox is read-only", code: .readOnly)
        case (_, .replacing(.sequenceNumbers, _, _)) where enabled.contains(.uidOnly):
            return .bad("UIDs are required", code: .uidRequired)
        default: return nil
        }
    }

    private mutating func carryOn(
        _ started: AppendTransfer, _ piece: AppendGrammar.Piece, header: LiteralHeader?
    ) -> IMAPAction? {
        var transfer = started
        transfer.parts = piece.parts.reversed()
        transfer.header = header
        return askForNextPart(transfer)
    }

    private mutating func askForNextPart(_ started: AppendTransfer) -> IMAPAction? {
        var transfer = started
        guard let part = transfer.parts.popLast() else {
            activity = .commands
            guard let target = transfer.grammar.target else { preconditionFailure("Parts without a target") }
            return ask(
                .appendEnd(target, transfer.tag), awaiting: .appendEnd(transfer.tag, name: transfer.grammar.name))
        }
        if part.place != .next { transfer.messageOctets = 0 }
        if case .literal(let octets, _) = part.source {
            let (sum, overflowed) = transfer.messageOctets.addingReportingOverflow(octets)
            guard !overflowed, sum <= limits.messageOctetsMax else {
                return giveUp(transfer, .no("The message is too large", code: .tooBig))
            }
            transfer.messageOctets = sum
        }
        transfer.asked = part
        activity = .appending(transfer)
        return ask(.appendPart(part), awaiting: .appendPart)
    }

    /// To `appendPart`.
    package mutating func answer(appendPart answer: AppendPartAnswer) -> IMAPAction? {
        settle(.appendPart)
        guard case .appending(var transfer) = activity, let part = transfer.asked else {
            preconditionFailure("No part was asked about")
        }
        switch answer {
        case .refused(let completion):
            transfer.hasPlace = false
            return giveUp(transfer, completion)
        case .taken:
            transfer.hasPlace = true
            transfer.asked = nil
        }
        guard case .literal = part.source, let header = transfer.header else { return askForNextPart(transfer) }
        framer.takeMessage(header)
        transfer.header = nil
        activity = .appending(transfer)
        switch header.synchronization {
        case .waits: return .send(written { $0.continuation("Ready for message") })
        case .sendsAtOnce: return nil
        }
    }

    /// The command fails; what the client sends of it without waiting goes by first.
    private mutating func giveUp(_ transfer: AppendTransfer, _ completion: IMAPCompletion) -> IMAPAction? {
        if let header = transfer.header { return drain(transfer, header, completion) }
        activity = .commands
        let reply = complete(completion, transfer.tag, name: transfer.grammar.name)
        guard transfer.hasPlace else { return reply }
        following = reply
        return .abandonMessages
    }

    private mutating func drain(
        _ transfer: AppendTransfer, _ header: LiteralHeader, _ completion: IMAPCompletion
    ) -> IMAPAction? {
        framer.drain(header)
        activity = .appending(transfer)
        return refuseDrained(completion, transfer.tag)
    }
}
