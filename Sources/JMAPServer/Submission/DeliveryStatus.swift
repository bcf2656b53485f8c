internal import JSON
internal import MailCore
internal import MailTrace

/// What became of each recipient of a submission (RFC 8621 §7), as far as the trace and the queue tell.
struct DeliveryStatus {
    private struct State {
        var reply: String
        /// `queued`, `yes`, `no` or `unknown`.
        var delivered: String
    }

    private var states: [String: State] = [:]

    /// Reads a message's events, in their order.
    init(_ events: [TraceEvent]) {
        for event in events {
            switch event.kind {
            case .accepted: readArrival(event)
            case .attempt: readAttempt(event)
            case .removed: end("550 5.0.0 taken out of the queue")
            case .expired: end("554 5.4.7 given up: it could not be delivered in time")
            case .reported, .held, .released: break
            }
        }
    }

    /// What is told of an address.
    func json(of address: EmailAddress) -> JSONValue {
        let state = states[address.lookupKey] ?? State(reply: "250 2.0.0 accepted", delivered: "unknown")
        return [
            "smtpReply": .string(state.reply), "delivered": .string(state.delivered), "displayed": "unknown",
        ]
    }

    private mutating func readArrival(_ event: TraceEvent) {
        var current: String?
        for fact in event.facts {
            switch fact.field {
            case .to: current = EmailAddress(fact.text)?.lookupKey
            case .filed:
                guard let current, states[current]?.delivered != "queued" else { continue }
                states[current] = State(reply: "250 2.0.0 delivered here", delivered: "yes")
            case .queued:
                // An alias may lead to several elsewhere; the recipient is as far as the last of them.
                let key = EmailAddress(fact.text)?.lookupKey
                for key in [current, key].compactMap({ $0 }) {
                    states[key] = State(reply: "250 2.0.0 queued", delivered: "queued")
                }
            default: break
            }
        }
    }

    private mutating func readAttempt(_ event: TraceEvent) {
        var (current, outcome): (String?, String?)
        for fact in event.facts {
            switch fact.field {
            case .to: (current, outcome) = (EmailAddress(fact.text)?.lookupKey, nil)
            case .outcome:
                outcome = fact.text
                guard let current else { continue }
                states[current] = State(
                    reply: "", delivered: Self.delivered(fact.text, isHere: event.first(.host) == nil))
            case .reply:
                guard let current, outcome != nil else { continue }
                states[current]?.reply = fact.text
            default: break
            }
        }
    }

    private static func delivered(_ outcome: String, isHere: Bool) -> String {
        switch outcome {
        // When another server has it, nobody knows here whether it is in a mailbox.
        case "delivered", "expanded", "relayed": isHere ? "yes" : "unknown"
        case "failed": "no"
        default: "queued"
        }
    }

    private mutating func end(_ reply: String) {
        for (key, state) in states where state.delivered == "queued" {
            states[key] = State(reply: reply, delivered: "no")
        }
    }
}
