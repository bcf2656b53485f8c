import Admin
import TerminalOutput

/// A trace in words, a line for each fact.
enum TraceText {
    static func lines(_ trace: TraceReport) -> [String] {
        trace.events.flatMap { event in
            ["  \(QuantityText.localTime(secondsSince1970: event.seconds))  \(title(event))"]
                + details(event).map { "      \($0)" }
        }
    }

    private static func title(_ event: TraceReport.Event) -> String {
        func fact(_ name: String) -> String? { event.facts.first { $0.name == name }?.text }
        switch event.kind {
        case "accepted":
            let door = fact("via") == "report" ? "written here (a report)" : "accepted by \(fact("via") ?? "?")"
            return "\(door) from \(fact("from") ?? "?")"
        case "attempt":
            return fact("host").map { "tried at \($0)" } ?? "tried"
        case "reported": return "its sender is told"
        case "held": return "put on hold by hand"
        case "released": return "tried at once by hand"
        case "removed": return "removed from the queue by hand"
        case "expired": return "given up"
        default: return event.kind
        }
    }

    private static func details(_ event: TraceReport.Event) -> [String] {
        event.facts.compactMap { fact in
            switch fact.name {
            case "via", "from", "host": nil
            case "peer": "client \(fact.text)"
            case "helo": "named itself \(fact.text)"
            case "tls": "TLS: \(fact.text)"
            case "login": "logged in as \(fact.text)"
            case "octets": Int64(fact.text).map { "size \(QuantityText.size(bytes: $0))" }
            case "messageID": "Message-ID <\(fact.text)>"
            case "to": "to \(fact.text)"
            case "filed": "  filed in \(fact.text)"
            case "queued": "  queued for \(fact.text)"
            // Of a report, what is told of whom stands in its two facts.
            case "outcome": event.kind == "reported" ? "\(fact.text):" : "  \(fact.text)"
            case "reply": "  \(fact.text)"
            case "nextAttempt":
                Int64(fact.text).map { "  next attempt \(QuantityText.localTime(secondsSince1970: $0))" }
            case "report": "report \(fact.text)"
            case "signed": "signed \(fact.text)"
            default: event.kind == "reported" ? "  \(fact.text)" : fact.text
            }
        }
    }
}
