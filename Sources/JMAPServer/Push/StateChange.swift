internal import JMAP
internal import JSON
internal import MailCore

/// The StateChange object (RFC 8620 §7.1).
struct StateChange: Sendable {
    let account: JMAPID
    /// By type.
    let states: [String: String]

    /// What of a change the client wants to hear of; nil where that is nothing.
    init?(_ change: JMAPChange, _ types: PushTypes, _ account: JMAPID, clock: ModSeq) {
        var states: [String: String] = [:]
        for type in change.types where types.contains(type) {
            states[type] = change.states[type] ?? "\(clock.rawValue)"
        }
        guard !states.isEmpty else { return nil }
        self.account = account
        self.states = states
    }

    var json: JSONObject {
        let sorted = states.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
        return [
            "@type": "StateChange",
            "changed": .object(JSONObject([(account.text, .object(JSONObject(sorted)))])),
        ]
    }
}

/// Types that a client wants to hear of.
enum PushTypes: Sendable, Equatable {
    case all
    case these(Set<String>)

    /// `*`, or names with commas between them.
    init(_ text: String) {
        let names = Set(text.split(separator: ",").map(String.init))
        self = names.contains("*") || names.isEmpty ? .all : .these(names)
    }

    func contains(_ type: String) -> Bool {
        switch self {
        case .all: true
        case .these(let names): names.contains(type)
        }
    }
}
