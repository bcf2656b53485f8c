internal import Glibc
internal import IMAP
package import InternetMessage
package import MailCore
internal import RemoteLinks
package import SASL
internal import SMTP
package import ServerRuntime

/// Sends a draft: it is on disk first, then at the server, then in the folder for sent mail. What goes wrong on the way
/// loses nothing: the message is in the drafts, or in its file, and the report says where.
package struct MailSender: Sendable {
    /// What became of a message.
    package struct Report: Sendable, Hashable {
        /// Who gets it.
        package var accepted: [EmailAddress] = []
        /// Who does not, and what the server said.
        package var refused: [Refusal] = []
        /// Where the author's copy is; nil when there is none.
        package var copy: String?
        /// What did not go well beside.
        package var remarks: [String] = []

        /// Nothing became of it yet.
        package init() {}
    }

    /// A recipient whom the server does not take.
    package struct Refusal: Sendable, Hashable {
        package var address: EmailAddress
        package var reason: String
    }

    private let account: MailAccount
    private let secret: SecretBytes
    private let executor: LoopExecutor
    private let folder: String

    /// For an account's mail.
    package init(
        _ account: MailAccount, _ secret: SecretBytes, on executor: LoopExecutor,
        unsentFolder: String = MailPaths.unsentFolder
    ) {
        self.account = account
        self.secret = secret
        self.executor = executor
        folder = unsentFolder
    }

    /// Sends.
    ///
    /// - Parameter session: for the copies; nil to open one only for that.
    /// - Throws: why nobody gets the message, with the place where it is kept.
    nonisolated(nonsending)
        package func send(_ draft: Draft, _ session: inout MailSession) async throws(MailFailure) -> Report
    {
        if let obstacle = draft.obstacle { throw obstacle }
        guard let submission = account.submission else {
            throw MailFailure(
                .here, "the account \(account.name) has no server to send by",
                advice: "add submission = \"smtp.example.org\" to it in \(MailPaths.accountsFile)")
        }
        let date = MailDate.now
        var generator = SystemRandomNumberGenerator()
        let id = MessageBuilder.makeMessageID(date: date, domain: draft.from.address.domain, using: &generator)
        let file = try UnsentFile.write(try draft.builder(date: date, messageID: id, .hidden), in: folder)
        let own = try ownCopy(draft, date, id, file)
        do throws(MailFailure) {
            var report = try await submit(draft, file, submission)
            guard !report.accepted.isEmpty else { throw Self.refusal(report) }
            await keepSent(own, &report, &session)
            if own.path != file.path { file.remove() }
            return report
        } catch {
            if own.path != file.path { file.remove() }
            throw await keepDraft(own, error, &session)
        }
    }

    /// The author's copy tells whom the blind copies went to.
    private func ownCopy(
        _ draft: Draft, _ date: MailDate, _ id: InternetMessageID, _ file: UnsentFile
    ) throws(MailFailure) -> UnsentFile {
        guard !draft.bcc.isEmpty else { return file }
        return try UnsentFile.write(try draft.builder(date: date, messageID: id, .shown), in: folder)
    }

    nonisolated(nonsending)
        private func submit(
            _ draft: Draft, _ file: UnsentFile, _ endpoint: RemoteEndpoint
        ) async throws(MailFailure) -> Report
    {
        let addresses = unique(draft.recipients.compactMap { $0.named?.address })
        let envelope = Envelope(
            reversePath: .address(draft.from.address), parameters: EnvelopeParameters(),
            recipients: addresses.map { EnvelopeRecipient(path: .address($0)) })
        let reader = try file.reader()
        do throws(RemoteFailure) {
            var link = try await SubmissionLink.open(
                endpoint, account.credentials(secret), RemoteLinkLimits(), on: executor)
            defer { link.close() }
            let outcomes = try await link.send(
                SMTPTransaction(envelope, sizeOctets: Int(file.octets)), pieces: reader.next)
            return Self.report(addresses, outcomes)
        } catch {
            throw MailFailure(error, at: endpoint.host)
        }
    }

    private func unique(_ addresses: [EmailAddress]) -> [EmailAddress] {
        var seen: Set<String> = []
        return addresses.filter { seen.insert($0.lookupKey).inserted }
    }

    private static func report(_ addresses: [EmailAddress], _ outcomes: [RecipientOutcome]) -> Report {
        var report = Report()
        for (address, outcome) in zip(addresses, outcomes) {
            switch outcome {
            case .accepted: report.accepted.append(address)
            case .refused(let reply, _): report.refused.append(Refusal(address: address, reason: reply.line))
            case .leftOver:
                report.refused.append(
                    Refusal(address: address, reason: "the server takes fewer recipients at one time"))
            case .undecided(let failure, let sent):
                let doubt = sent == .inDoubt ? "; perhaps it has the message all the same" : ""
                report.refused.append(Refusal(address: address, reason: "\(failure)\(doubt)"))
            }
        }
        return report
    }

    private static func refusal(_ report: Report) -> MailFailure {
        let reasons = report.refused.map { "\($0.address): \($0.reason)" }.joined(separator: "\n")
        return MailFailure(.refused, "the server does not take the message\n\(reasons)")
    }

    // MARK: Copies

    nonisolated(nonsending)
        private func keepSent(_ file: UnsentFile, _ report: inout Report, _ session: inout MailSession) async
    {
        guard account.sentCopy == .kept else { return file.remove() }
        do throws(MailFailure) {
            report.copy = try await append(file, .sent, FlagList(.seen), &session)
            file.remove()
        } catch {
            report.copy = file.path
            report.remarks.append("the copy is not in the folder for sent mail (\(error.problem)): it is \(file.path)")
        }
    }

    /// The message was not sent: it goes to the drafts, or stays in its file.
    nonisolated(nonsending)
        private func keepDraft(_ file: UnsentFile, _ failure: MailFailure, _ session: inout MailSession) async
        -> MailFailure
    {
        var place = file.path
        if let folder = try? await append(file, .drafts, FlagList([.draft, .seen]), &session) {
            file.remove()
            place = "the folder \(folder)"
        }
        let advice = failure.advice.isEmpty ? "" : "\(failure.advice)\n"
        return MailFailure(failure.kind, failure.problem, advice: "\(advice)the message is kept in \(place)")
    }

    nonisolated(nonsending)
        private func append(
            _ file: UnsentFile, _ use: SpecialUse, _ flags: FlagList, _ session: inout MailSession
        ) async throws(MailFailure) -> String
    {
        let folder = try await session.ensuredFolder(for: use)
        let reader = try file.reader()
        try await session.append(to: folder, flags, octets: file.octets, pieces: reader.next)
        return folder.name
    }

    /// Keeps a draft in the folder for drafts.
    ///
    /// - Returns: where it is.
    nonisolated(nonsending)
        package func keep(_ draft: Draft, _ session: inout MailSession) async throws(MailFailure) -> String
    {
        let date = MailDate.now
        var generator = SystemRandomNumberGenerator()
        let id = MessageBuilder.makeMessageID(date: date, domain: draft.from.address.domain, using: &generator)
        let file = try UnsentFile.write(try draft.builder(date: date, messageID: id, .shown), in: folder)
        do throws(MailFailure) {
            let place = try await append(file, .drafts, FlagList([.draft, .seen]), &session)
            file.remove()
            return place
        } catch {
            return file.path
        }
    }
}

extension MailDate {
    /// This moment, by the user's own clock and zone.
    package static var now: MailDate {
        var seconds = time(nil)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return MailDate(secondsSince1970: Int64(seconds), zoneMinutes: Int(parts.tm_gmtoff) / 60)
    }

    /// Days since 1970 on the clock's own calendar.
    package var localDay: Int64 {
        let local = secondsSince1970 + Int64(zoneMinutes) * 60
        return (local >= 0 ? local : local - 86_399) / 86_400
    }
}
