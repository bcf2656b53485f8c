internal import CoreMetrics
internal import Delivery
internal import Directory
internal import IMAP
internal import Logging
internal import MailCore
internal import MailStore
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// APPEND and REPLACE: messages come in and are filed (RFC 9051 §6.3.12, RFC 3502, RFC 8508).
extension IMAPSession {
    nonisolated(nonsending)
        func appendPart(_ part: AppendPart) async -> AppendPartAnswer
    {
        do {
            if appending == nil { appending = try await beginAppending(part.target) }
            if part.place != .next { try await beginMessage(part.options) }
            switch part.source {
            case .literal(let octets, let content): try await expect(octets, content)
            case .url(let url): try await takeOctets(of: url)
            }
            if let failure = appending?.failure { throw failure }
            return .taken
        } catch {
            abandonMessages()
            return .refused(completion(of: error, in: "appending messages"))
        }
    }

    func messageOctets(_ octets: ByteBuffer) -> AppendDemand {
        guard appending?.failure == nil, let content = appending?.incoming?.content else { return .more }
        if content == .text, octets.holdsNUL {
            // RFC 9051 §4.3.1: such a message comes as a literal8.
            fail(with: .bad("A literal holds no NUL"))
            return .more
        }
        appending?.incoming?.spool.append(octets)
        return appending?.incoming?.spool.mustFlush == true ? .flush : .more
    }

    /// Moves what has come to a file.
    nonisolated(nonsending)
        func flushMessages() async
    {
        guard var incoming = appending?.incoming else { return }
        do {
            try await incoming.spool.flush()
            appending?.incoming = incoming
        } catch {
            fail(with: completion(of: error, in: "taking a message"))
        }
    }

    func abandonMessages() { appending = nil }

    nonisolated(nonsending)
        func appendEnd(_ target: AppendTarget, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        defer { appending = nil }
        do {
            try await finishMessage()
            guard let finished = appending, let account else { throw IMAPCompletion.bad("Nothing to append") }
            if let failure = finished.failure { throw failure }
            let outcome = try await file(finished, for: account.id)
            log(finished, outcome)
            guard finished.replaces != nil else { return .ok(code: outcome.code) }
            // Before the old one's expunge, which the client can then match (RFC 8508 §4.3).
            if let code = outcome.code {
                respond(replies) { $0.untagged(.ok, code: code, "Replacement message ready") }
            }
            return .ok(code: highestModSeqOfExpunge(outcome.replaced?.modSeq))
        } catch is NothingToReplace {
            return .no("The message is gone", code: .expungeIssued)
        } catch {
            destination = nil
            return completion(of: error, in: "appending messages")
        }
    }

    /// The messages' octets are thrown away as they come.
    private func fail(with failure: IMAPCompletion) {
        appending?.failure = failure
        appending?.incoming = nil
    }

    private func log(_ finished: AppendState, _ outcome: AppendOutcome) {
        context.metrics.appended.increment(by: outcome.copies.count)
        context.logger.info(
            "messages appended",
            metadata: [
                "session": "\(info.id)", "account": "\(account?.address.description ?? "")",
                "mailbox": "\(finished.mailbox.text)", "messages": "\(outcome.copies.count)",
                "uid": "\(outcome.copies.first?.uid.rawValue ?? 0)", "octets": "\(finished.octetCount)",
                "replaced": "\(outcome.replaced?.uid.rawValue ?? 0)",
            ])
    }
}

// MARK: A message comes

extension IMAPSession {
    /// Ends the message before this one.
    nonisolated(nonsending)
        private func beginMessage(_ options: AppendOptions) async throws
    {
        try await finishMessage()
        guard appending?.failure == nil else { return }
        guard options.flags.keywords.count <= context.mailStore.limits.keywordsOfMessageMax else {
            throw MailStoreError.tooManyKeywords
        }
        appending?.incoming = AppendState.Incoming(options: options, spool: context.store.spool(), content: .text)
    }

    /// A literal is about to come.
    nonisolated(nonsending)
        private func expect(_ octets: UInt64, _ content: LiteralContent) async throws
    {
        try checkRoom(for: octets)
        appending?.incoming?.content = content
        if octets > AppendLimits().uncheckedOctetsMax { try await checkQuota(for: octets) }
    }

    private func checkRoom(for octets: UInt64) throws(IMAPCompletion) {
        guard let appending else { return }
        let sizes = (message: UInt64(clamping: appending.incoming?.spool.count ?? 0), all: UInt64(appending.octetCount))
        guard octets <= context.limits.messageOctetsMax - min(sizes.message, context.limits.messageOctetsMax) else {
            throw .no("The message is too large", code: .tooBig)
        }
        let most = UInt64(AppendLimits().commandOctetsMax)
        guard octets <= most - min(sizes.all, most) else {
            throw .no("The messages are too large together", code: .limit)
        }
    }

    /// The octets that a URL names are copied as they are (RFC 4469 §3). Where there are none the whole command fails.
    nonisolated(nonsending)
        private func takeOctets(of url: IMAPURL) async throws
    {
        do {
            guard url.authority == nil, let account else { throw SectionOctets.Failure.notThere }
            let key = try await source(url, account.id)
            var octets = try await context.store.sectionOctets(key, url.uid, url.section, url.range, fetching.checked)
            try checkRoom(for: octets.octetCount)
            while let piece = try await octets.next() {
                appending?.incoming?.spool.append(piece)
                if appending?.incoming?.spool.mustFlush == true { await flushMessages() }
            }
        } catch is SectionOctets.Failure {
            throw IMAPCompletion.no("There are no such octets", code: .badURL(url.text))
        }
    }

    /// The mailbox of a URL, which may be read.
    nonisolated(nonsending)
        private func source(_ url: IMAPURL, _ account: AccountID) async throws -> MailboxKey
    {
        guard let name = url.mailbox else {
            guard let selected, url.uidValidity == nil || url.uidValidity == selected.uidValidity else {
                throw SectionOctets.Failure.notThere
            }
            return selected.key
        }
        guard let mailbox = try await context.mailStore.resolve(name.text, for: account),
            mailbox.refusal(of: .read) == nil, url.uidValidity == nil || url.uidValidity == mailbox.uidValidity
        else { throw SectionOctets.Failure.notThere }
        return mailbox.key
    }

    /// The message that came is whole: it is read once, a large one on a thread of the store's.
    nonisolated(nonsending)
        private func finishMessage() async throws
    {
        guard var incoming = appending?.incoming, let held = appending?.heldOctets else { return }
        appending?.incoming = nil
        guard incoming.spool.count > 0 else { throw IMAPCompletion.no("Nothing to append") }
        if held + incoming.spool.count > AppendLimits().heldOctetsMax {
            try await incoming.spool.flush()
        } else {
            appending?.heldOctets += incoming.spool.count
        }
        let message = try await context.delivery.prepare(try await incoming.spool.finish())
        appending?.whole.append(AppendState.Whole(options: incoming.options, message: message))
    }
}
