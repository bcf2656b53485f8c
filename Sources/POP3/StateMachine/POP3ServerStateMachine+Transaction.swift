/// The TRANSACTION state (RFC 1939 §5) and the step into UPDATE (§6).
extension POP3ServerStateMachine {
    private enum Outcome {
        case reply(POP3Reply)
        case listing(Listing)
        case question(POP3Question, Awaited)
        case refusal(String)
    }

    mutating func transact(_ command: POP3Command) -> POP3Action {
        guard case .transaction(var transaction) = state else { return refuse("Log in first") }
        if command == .quit { return leave(transaction) }
        // The state lets go of the marks meanwhile, so that marking a message does not copy them all.
        state = .over
        let outcome = carryOut(command, in: &transaction)
        state = .transaction(transaction)
        switch outcome {
        case .reply(let reply): return send(reply)
        case .listing(let listing):
            badCommands = 0
            return .sendListing(listing)
        case .question(let question, let awaited): return ask(question, awaiting: awaited)
        case .refusal(let text): return refuse(text)
        }
    }

    private func carryOut(_ command: POP3Command, in transaction: inout Transaction) -> Outcome {
        do throws(NoSuchMessage) {
            switch command {
            case .stat: return .reply(.ok("\(transaction.count) \(transaction.octets)"))
            case .noop: return .reply(.ok("Nothing done"))
            case .reset:
                transaction.reset()
                return .reply(.ok("Maildrop has \(transaction.summary)"))
            case .delete(let number):
                transaction.delete(at: try transaction.index(of: number))
                return .reply(.ok("Message \(number.rawValue) deleted"))
            case .retrieve(let number):
                return open(try transaction.index(of: number), lines: nil)
            case .top(let number, let lines):
                return open(try transaction.index(of: number), lines: lines)
            case .list(let number?):
                let index = try transaction.index(of: number)
                return .reply(.ok("\(number.rawValue) \(transaction.maildrop.sizes[index])"))
            case .uidl(let number?):
                let index = try transaction.index(of: number)
                return .reply(.ok("\(number.rawValue) \(transaction.maildrop.uniqueID(at: index))"))
            case .list(nil): return .listing(listing(of: .size, in: transaction, text: transaction.summary))
            case .uidl(nil): return .listing(listing(of: .uniqueID, in: transaction, text: "Unique-ids follow"))
            case .capabilities: return .reply(capabilities)
            case .language(let range): return language(range).map { .reply($0) } ?? .refusal("Invalid language")
            case .user, .pass, .authenticate, .startTLS, .utf8, .quit: return .refusal("Already logged in")
            }
        } catch {
            return .refusal(error.text)
        }
    }

    private func open(_ index: Int, lines: Int?) -> Outcome {
        .question(.message(index: index, encoding), .message(index: index, lines: lines))
    }

    private func listing(of column: Listing.Column, in transaction: Transaction, text: String) -> Listing {
        Listing(
            of: transaction.maildrop, without: transaction.marks, column: column, firstLine: .ok(text),
            chunkOctets: limits.listingChunkOctets)
    }

    private mutating func leave(_ transaction: Transaction) -> POP3Action {
        guard transaction.marks.count > 0 else { return close(farewell) }
        state = .update(transaction)
        return ask(.commit(transaction.marks), awaiting: .commit)
    }

    var farewell: POP3Reply { .ok("\(configuration.implementation) POP3 server signing off") }
}
