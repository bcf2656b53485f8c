internal import Directory
internal import MailCore
internal import MailStore
internal import Storage

/// Care for the store: check, backup, compaction.
extension AdminService {
    /// Compares everything with its checksums and counts, and names each message by its mailboxes.
    func check(_ repair: Bool, _ report: @escaping Report) async throws -> AdminResult {
        let findings = try await store.check(repair ? .repair : .look) { done, total in
            report(.progress(done: done, total: total))
        }
        var reports: [FindingReport] = []
        for finding in findings {
            let text = finding.email == nil ? finding.text : "\(try await name(finding)): \(finding.text)"
            reports.append(FindingReport(kind: finding.kind.rawValue, text: text, isMended: finding.isMended))
        }
        guard !findings.contains(where: { $0.kind == .database }) else { return .findings(reports) }
        reports += try await checkCounts(repair)
        reports += try await directory.check().map { finding in
            FindingReport(
                kind: FindingReport.directoryKind,
                text: "mail for \(finding.address) does not reach everyone it names: somebody is gone, disabled, or it "
                    + "leads back to itself",
                isMended: false)
        }
        return .findings(reports)
    }

    private func checkCounts(_ repair: Bool) async throws -> [FindingReport] {
        let wrong = try await store.read { try MailStore.wrongCounts(in: $0) }
        if repair, !wrong.isEmpty { try await store.change { try MailStore.recount(in: $0) } }
        return wrong.map { FindingReport(kind: "count", text: $0, isMended: repair) }
    }

    /// `message 0000BCDF (ana@example.test, INBOX, uid 3)`.
    private func name(_ finding: Store.CheckFinding) async throws -> String {
        var places: [String] = []
        for copy in finding.copies {
            let account = try await directory.account(copy.account)?.address ?? "account \(copy.account.rawValue)"
            let mailboxes = try await MailStore(store: store).mailboxes(copy.account)
            let mailbox = mailboxes.first { $0.mailbox == copy.mailbox }?.name ?? "mailbox \(copy.mailbox.rawValue)"
            places.append("\(account), \(mailbox), uid \(copy.uid.rawValue)")
        }
        let id = QueueID(rawValue: finding.email?.rawValue ?? 0)
        return places.isEmpty ? "message \(id)" : "message \(id) (\(places.joined(separator: "; ")))"
    }

    func backUp(_ path: String, _ report: @escaping Report) async throws -> AdminResult {
        try await store.backUp(to: path) { done, total in report(.progress(done: done, total: total)) }
        return .nothing
    }

    func compact() async throws -> AdminResult {
        let report = try await store.compact()
        return .compaction(segments: report.segments, freedBytes: report.octetsFreed)
    }
}
