/// The session's answers to commands. Answering a question that was not asked is the driver's fault and traps.
extension IMAPServerStateMachine {
    /// To `command`, `appendEnd` and `idleEnded`.
    package mutating func answer(_ completion: IMAPCompletion) -> IMAPAction {
        defer { awaited = nil }
        switch awaited {
        case .command(let command, let tag):
            let said = settle(command, completion)
            return complete(said, tag, name: command.description)
        case .appendEnd(let tag, let name): return complete(completion, tag, name: name)
        case .idleEnd(let tag): return complete(completion, tag, name: "IDLE")
        default: preconditionFailure("No command was asked about")
        }
    }

    /// What a command's end changes; the completion as it is said.
    private mutating func settle(_ command: IMAPCommand, _ completion: IMAPCompletion) -> IMAPCompletion {
        guard completion.condition == .ok else { return completion }
        var said = completion
        switch command {
        case .select(let request):
            let isReadOnly = request.access == .readOnly || completion.code == .readOnly
            phase = .selected(isReadOnly ? .readOnly : .readWrite)
            if said.code == nil { said.code = isReadOnly ? .readOnly : .readWrite }
        case .close, .unselect:
            phase = .authenticated
        case .unauthenticate:
            // RFC 8437 §3: as if just connected, but for TLS and compression.
            phase = .notAuthenticated
            enabled = configuration.enabledFromTheStart
        default:
            break
        }
        return said
    }

    /// The selected mailbox is gone: deleted by another, or its life has ended. The session has told the client.
    package mutating func deselect() {
        guard case .selected = phase else { return }
        phase = .authenticated
    }

    mutating func settle(_ question: Awaited) {
        precondition(awaited == question, "An answer to a question that was not asked")
        awaited = nil
    }
}
