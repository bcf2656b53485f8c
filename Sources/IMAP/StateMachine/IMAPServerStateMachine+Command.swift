/// Which command is legal when, and what is done with it (RFC 9051 §6).
extension IMAPServerStateMachine {
    mutating func obey(_ command: IMAPCommand, _ tag: CommandTag) -> IMAPAction? {
        if let refusal = refusal(of: command) { return complete(refusal, tag, name: command.description) }
        switch command {
        case .capability:
            return .send(
                written {
                    $0.capability(capabilities)
                    $0.completion(.ok(), tag: tag, name: command.description)
                })
        case .logout:
            let farewell = "\(configuration.implementation) IMAP server logging out"
            return close {
                $0.bye(farewell)
                $0.completion(.ok(), tag: tag, name: command.description)
            }
        case .startTLS: return startTLS(tag)
        case .login(let login): return logIn(login, tag)
        case .authenticate(let authentication): return authenticate(authentication, tag)
        case .enable(let capabilities): return enable(capabilities, tag)
        case .idle:
            activity = .idling(tag)
            return .idle(written { $0.continuation("idling") })
        case .compress: return compress(tag)
        case .select: return select(command, tag)
        default:
            enabled = enabled.union(command.enabling.intersection(offered))
            return ask(.command(command, tag), awaiting: .command(command, tag))
        }
    }

    /// Why a command is not for now.
    private func refusal(of command: IMAPCommand) -> IMAPCompletion? {
        switch (command.legality, phase) {
        case (.any, _), (.notAuthenticated, .notAuthenticated): break
        case (.notAuthenticated, _): return .bad("Already logged in")
        case (_, .notAuthenticated): return .bad("Log in first")
        case (.selected, .authenticated): return .bad("Select a mailbox first")
        case (.authenticated, _), (.selected, _): break
        }
        if enabled.contains(.uidOnly), command.namesSequenceNumbers {
            return .bad("UIDs are required", code: .uidRequired)
        }
        if phase == .selected(.readOnly), command.changesMessages {
            return .no("The mailbox is read-only", code: .readOnly)
        }
        return nil
    }

    private mutating func startTLS(_ tag: CommandTag) -> IMAPAction {
        switch tls {
        case .active: return complete(.bad("TLS is active"), tag, name: "STARTTLS")
        case .unavailable: return complete(.bad("TLS is not to be had here"), tag, name: "STARTTLS")
        case .available:
            badCommands = 0
            activity = .handshaking
            return .startTLS(written { $0.completion(.ok("Begin TLS negotiation now"), tag: tag, name: "STARTTLS") })
        }
    }

    /// RFC 5161 §3.1: what we cannot switch on is passed over.
    private mutating func enable(_ capabilities: [IMAPCapability], _ tag: CommandTag) -> IMAPAction {
        var wanted = IMAPCapabilitySet(capabilities).intersection(.enableable).intersection(offered)
        if wanted.contains(.qresync), offered.contains(.condstore), !enabled.contains(.condstore) {
            // RFC 7162 §3.2.3: QRESYNC switches CONDSTORE on, too; it is told as what the client named.
            enabled.insert(.condstore)
        }
        wanted = wanted.subtracting(enabled)
        enabled = enabled.union(wanted)
        let told = written { $0.enabled(wanted) }
        let command = IMAPCommand.enable(wanted.members)
        following = ask(.command(command, tag), awaiting: .command(command, tag))
        return .send(told)
    }

    /// The old mailbox is closed first, whether the new one can be opened or not (RFC 9051 §6.3.2).
    private mutating func select(_ command: IMAPCommand, _ tag: CommandTag) -> IMAPAction {
        enabled = enabled.union(command.enabling.intersection(offered))
        let question = ask(.command(command, tag), awaiting: .command(command, tag))
        guard case .selected = phase else { return question }
        phase = .authenticated
        following = question
        return .send(written { $0.untagged(.ok, code: .closed, "Previous mailbox closed") })
    }

    private mutating func compress(_ tag: CommandTag) -> IMAPAction {
        guard !isCompressing else {
            return complete(.no("Compression is active", code: .compressionActive), tag, name: "COMPRESS")
        }
        isCompressing = true
        badCommands = 0
        return .startCompression(written { $0.completion(.ok("DEFLATE active"), tag: tag, name: "COMPRESS") })
    }

    /// Anything but DONE ends IDLE, too: a client that pipelines commands behind it has lost count.
    mutating func endIdle(_ text: [UInt8], _ tag: CommandTag) -> IMAPAction {
        activity = .commands
        guard text.isKeyword("DONE") else { return complete(.bad("DONE was expected"), tag, name: "IDLE") }
        return ask(.idleEnded(tag), awaiting: .idleEnd(tag))
    }
}
