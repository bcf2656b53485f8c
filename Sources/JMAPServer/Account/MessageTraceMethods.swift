internal import Directory
internal import JMAP
internal import JSON
internal import MailCore
internal import MailSettings
internal import MailTrace

/// How a message came here, or where it went, in plain words.
enum MessageTraceMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("MessageTrace/get", .account) { arguments, call in
            let accountID = try arguments.id("accountId")
            let account = try call.ownAccount(accountID)
            let id = try arguments.id("emailId")
            let submitter = MessageSubmitter(services: call.services, login: call.user.account)
            guard let email = EmailID(objectID: id.text), try await submitter.message(email) != nil else {
                throw JMAPMethodError.invalidArguments("there is no such Email")
            }
            var events = try await events(of: QueueID(rawValue: email.rawValue), call)
            // One that was written here went out under other numbers.
            for stored in try await call.services.settings.list(.submission, of: account).objects {
                let object = StoredObjects.object(stored)
                guard object["emailId"]?.string == id.text, let number = object["queueId"]?.integer else { continue }
                events += try await Self.events(of: QueueID(rawValue: number), call)
            }
            return [
                "accountId": .string(accountID.text), "emailId": .string(id.text),
                "list": .array(events.sorted { $0.at < $1.at }.map { .object($0.json) }),
            ]
        }
    ]

    private static func events(of queueID: QueueID, _ call: JMAPCall) async throws -> [TracedStep] {
        let own = call.user.account.address
        return try await call.services.traces.find(.queueID(queueID)).flatMap(\.events).compactMap {
            TracedStep($0, for: own)
        }
    }
}

/// One event, as far as one user may know of it: what is about other recipients is left out unless it was the user's
/// own message.
struct TracedStep {
    let at: Int64
    private let what: String
    private let host: String?
    private let facts: [TraceEvent.Fact]

    init?(_ event: TraceEvent, for own: EmailAddress) {
        at = event.at
        host = event.first(.host) ?? event.first(.peer)
        let isOwn = event.kind != .accepted || event.first(.login).flatMap { EmailAddress($0) } == own
        facts = isOwn ? event.facts : Self.about(own, event.facts)
        what =
            switch event.kind {
            case .accepted: event.first(.via) ?? "accepted"
            case .attempt: "attempt"
            case .reported: "reported"
            case .held: "held"
            case .released: "released"
            case .removed: "removed"
            case .expired: "expired"
            }
    }

    /// What stands before the first recipient, and what is about one's own copy.
    private static func about(_ own: EmailAddress, _ facts: [TraceEvent.Fact]) -> [TraceEvent.Fact] {
        let general: Set<TraceEvent.Field> = [.via, .peer, .helo, .tls, .from, .octets, .messageID, .host, .signed]
        var kept: [TraceEvent.Fact] = []
        var recipient: TraceEvent.Fact?
        for fact in facts {
            if general.contains(fact.field) { kept.append(fact) }
            if fact.field == .to { recipient = fact }
            guard fact.field == .filed, fact.text.hasPrefix("\(own.written)/") else { continue }
            if let recipient { kept.append(recipient) }
            kept.append(fact)
        }
        return kept
    }

    var json: JSONObject {
        [
            "at": .date(at), "what": .string(what), "host": host.map { .string($0) } ?? .null, "text": .string(text),
            "facts": .array(
                facts.map { ["name": .string("\($0.field)"), "text": .string($0.text)] }),
        ]
    }

    /// A sentence or two.
    private var text: String {
        func fact(_ field: TraceEvent.Field) -> String? { facts.first { $0.field == field }?.text }
        var words: [String]
        switch what {
        case "smtp", "lmtp":
            words = ["Received from \(host ?? "another server")"]
            if let helo = fact(.helo) { words.append("which calls itself \(helo)") }
            words.append(fact(.tls).map { "encrypted (\($0))" } ?? "not encrypted")
        case "submission": words = ["Sent by \(fact(.login) ?? "you")"]
        case "report": words = ["Written by this server as a report"]
        case "fetch": words = ["Fetched from an account elsewhere"]
        case "attempt":
            let outcomes = facts.filter { $0.field == .outcome || $0.field == .reply || $0.field == .to }.map(\.text)
            words = [host.map { "Handed to \($0)" } ?? "Delivered here"] + outcomes
            if let tls = fact(.tls) { words.append("encrypted (\(tls))") }
        case "reported": words = ["Its sender was told"]
        case "held": words = ["Put on hold by the postmaster"]
        case "released": words = ["Tried at once by the postmaster"]
        case "removed": words = ["Taken out of the queue"]
        case "expired": words = ["Given up: it could not be delivered in time"]
        default: words = ["Accepted"]
        }
        if let filed = fact(.filed), what != "attempt" { words.append("put into \(Self.mailbox(filed))") }
        return words.joined(separator: ", ") + "."
    }

    /// `INBOX` of `ana@example.test/INBOX/12`.
    private static func mailbox(_ filed: String) -> String {
        let parts = filed.split(separator: "/")
        return parts.count >= 3 ? parts[1..<(parts.count - 1)].joined(separator: "/") : filed
    }
}
