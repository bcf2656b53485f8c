import InternetMessage
import Lab

/// What a delivery report (DSN, RFC 3464) says, explained.
struct LabReportReader {
    private let screen: LabScreen

    init(_ screen: LabScreen) {
        self.screen = screen
    }

    /// - Parameter lines: the whole message.
    func explain(_ lines: [String]) {
        let octets = Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
        let status = octets.withUnsafeBytes { bytes in
            DeliveryStatus(in: ParsedMessage(parsing: bytes), bytes)
        }
        guard let status else { return screen.failure("it has no part of the type message/delivery-status") }
        for recipient in status.recipients { explain(recipient) }
    }

    private func explain(_ recipient: DeliveryStatus.Recipient) {
        if let action = recipient.action {
            screen.text("Action: \(action.rawValue)")
            screen.note("    \(LabReportReader.meaning(action))")
        }
        if let status = recipient.status {
            screen.text("Status: \(status)")
            let explanation = StatusExplanation(status, .english)
            screen.note("    \(explanation.cause) \(explanation.advice)")
        }
        if let mta = recipient.remoteMTA {
            screen.text("Remote-MTA: \(mta.text)")
            screen.note("    the server that said so")
        }
        if let words = recipient.diagnosticCode {
            screen.text("Diagnostic-Code: \(words.text)")
            screen.note("    its own words")
        }
    }

    private static func meaning(_ action: DeliveryReport.Action) -> String {
        switch action {
        case .failed: "it will not be tried again"
        case .delayed: "it takes longer; it is tried again"
        case .delivered: "it is in the recipient's mailbox"
        case .relayed: "it was handed to a server that sends no such reports"
        case .expanded: "it was handed on to the members of a list"
        }
    }
}
