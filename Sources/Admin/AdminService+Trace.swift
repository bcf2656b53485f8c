internal import MailCore
internal import MailTrace

extension AdminService {
    /// Messages that a queue id, a Message-ID or an address names, with what happened to them.
    func trace(_ text: String, limit: Int) async throws -> AdminResult {
        let found = try await mailTrace.find(try subject(text), limit: max(1, min(limit, 1000)))
        return .traces(
            found.map { trace in
                TraceReport(id: "\(trace.queueID)", events: trace.events.map(Self.report))
            })
    }

    /// `<…>` is a Message-ID; what is no address and no queue id may be one without its brackets.
    private func subject(_ text: String) throws(AdminFailure) -> MailTrace.Subject {
        if text.hasPrefix("<"), text.hasSuffix(">") { return .messageID(String(text.dropFirst().dropLast())) }
        if let queueID = QueueID(text) { return .queueID(queueID) }
        guard text.contains("@") else {
            throw AdminFailure(
                "“\(text)” is no queue id, no Message-ID and no address",
                advice: "queue ids stand in the log and in the reply to the sender; a Message-ID is written with <…>")
        }
        return .address(EmailAddress(text)?.written ?? text)
    }

    private static func report(_ event: TraceEvent) -> TraceReport.Event {
        TraceReport.Event(
            kind: "\(event.kind)", seconds: event.at,
            facts: event.facts.map { TraceReport.Fact(name: "\($0.field)", text: $0.text) })
    }
}
