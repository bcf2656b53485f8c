/// Literals that are arguments: names, passwords, search strings.
extension IMAPServerStateMachine {
    /// A command's text up to a literal's size.
    mutating func receiveLiteral(_ text: [UInt8], _ header: LiteralHeader) -> IMAPAction? {
        var parser = IMAPParser(text, grammar: grammar)
        guard let tag = parser.tag() else {
            framer.drain(header)
            return refuseDrained(.bad("Invalid tag"), nil)
        }
        if let append = AppendGrammar(&parser) { return beginAppend(append, tag, header, &parser) }
        // A password had better not be sent at all.
        let isLogin = phase == .notAuthenticated && parser.take(word: "LOGIN")
        if let refusal = (isLogin ? privacyRefusal : nil) ?? refusal(of: header) {
            framer.drain(header)
            return refuseDrained(refusal, tag)
        }
        return collect(header)
    }

    /// Takes the literal's octets into the command.
    mutating func collect(_ header: LiteralHeader) -> IMAPAction? {
        framer.collect(header)
        switch header.synchronization {
        case .waits: return .send(written { $0.continuation("Ready for literal") })
        case .sendsAtOnce: return nil
        }
    }

    /// Why a literal is not taken into memory.
    func refusal(of header: LiteralHeader) -> IMAPCompletion? {
        if let refusal = synchronizationRefusal(of: header) { return refusal }
        let octetsMax = phase == .notAuthenticated ? limits.loginLiteralOctetsMax : limits.literalOctetsMax
        guard framer.canCollect(header, octetsMax: octetsMax) else { return .bad("Literal too long", code: .tooBig) }
        return nil
    }

    /// RFC 7888 §4 and §5: which literals the client may send without waiting.
    func synchronizationRefusal(of header: LiteralHeader) -> IMAPCompletion? {
        guard header.synchronization == .sendsAtOnce, !offered.contains(.literalPlus) else { return nil }
        guard offered.contains(.literalMinus) else { return .bad("Literals wait for consent here") }
        guard header.octets > limits.nonSynchronizingOctetsMax else { return nil }
        return .bad("Literal too long to come without consent")
    }
}
