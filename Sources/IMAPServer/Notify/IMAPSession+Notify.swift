internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// NOTIFY (RFC 5465).
extension IMAPSession {
    nonisolated(nonsending)
        func notify(_ request: NotifyRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account else { return .bad("Log in first") }
        switch request {
        case .none:
            notifying = .nothing(for: account.id)
            listenToWhatIsAsked()
            return .ok()
        case .set(let groups, let status):
            do {
                // What was asked before holds until the mailboxes are known; what happens meanwhile is heard of.
                var asked = Notifying(groups, for: account.id)
                inbox.listen(to: .everything)
                subscribe(to: [account.id])
                _ = try await look(at: &asked)
                notifying = asked
                listenToWhatIsAsked()
                tellNoAccess(groups, replies)
                if status == .sent { tellFirstStatus(replies) }
                return .ok()
            } catch {
                listenToWhatIsAsked()
                return completion(of: error, in: "reading mailboxes")
            }
        }
    }

    /// Reads which mailboxes there are.
    nonisolated(nonsending)
        private func look(at asked: inout Notifying) async throws -> [MailboxNameChange]
    {
        guard let account, !asked.groups.isEmpty else { return [] }
        let id = account.id
        let (mailboxes, subscribed) = try await context.store.read { transaction in
            (
                try MailStore.list(for: id, in: transaction),
                Set(try MailStore.subscriptions(of: id, in: transaction))
            )
        }
        return asked.watch(mailboxes, subscribed: subscribed, by: id)
    }

    /// Mailboxes that were named, are seen and may not be read (RFC 5465 §3.1).
    private func tellNoAccess(_ groups: [NotifyGroup], _ replies: ReplyWriter) {
        guard let notifying else { return }
        let messageEvents: NotifyEvents = [.messageNew, .messageExpunge, .flagChange]
        let named = groups.filter { !$0.events.isDisjoint(with: messageEvents) }
        for watched in notifying.watched.values where !watched.mailbox.rights.contains(.read) {
            let isNamed = named.contains { $0.filter.includes(watched.mailbox, notifying.subscriptions) }
            guard isNamed, let name = MailboxName(watched.mailbox.name) else { continue }
            respond(replies) { $0.list(ListedMailbox(name: name, attributes: .noAccess)) }
        }
    }

    /// STATUS of each mailbox of whose messages is told (RFC 5465 §3.1).
    private func tellFirstStatus(_ replies: ReplyWriter) {
        guard let notifying else { return }
        let watched = notifying.watched.values.filter { $0.mailbox.key != selected?.key }
        for mailbox in watched.sorted(by: { $0.mailbox.name < $1.mailbox.name }) {
            tellStatus(of: mailbox.mailbox, mailbox.events, .whole, replies)
        }
    }

    private enum StatusReport {
        /// With UIDVALIDITY: the client may know nothing of the mailbox.
        case whole
        case change
    }

    private func tellStatus(
        of mailbox: AccessibleMailbox, _ events: NotifyEvents, _ report: StatusReport, _ replies: ReplyWriter
    ) {
        guard let name = MailboxName(mailbox.name) else { return }
        let tellsModSeq = machine.dialect.tellsModSeq
        var values: [StatusValue] = []
        if !events.isDisjoint(with: [.messageNew, .messageExpunge]) {
            values.append(.messages(UInt32(clamping: mailbox.messages)))
            values.append(.uidNext(UInt32(clamping: mailbox.uidNext)))
        }
        let isFlagChange = events.contains(.flagChange)
        if isFlagChange { values.append(.unseen(UInt32(clamping: mailbox.unseen))) }
        guard !values.isEmpty else { return }
        if report == .whole || isFlagChange { values.append(.uidValidity(mailbox.uidValidity)) }
        if tellsModSeq { values.append(.highestModSeq(mailbox.highestModSeq)) }
        respond(replies) { $0.status(name, values) }
    }

    // MARK: Telling

    /// What happened beside the selected mailbox.
    nonisolated(nonsending)
        func tellNotices(_ replies: ReplyWriter) async throws
    {
        guard var asked = notifying, let account else { return }
        let notices = asked.takeNotices()
        guard !notices.isEmpty else { return }
        if notices.isOverflowing {
            // RFC 5465 §5.8: as though NOTIFY NONE had come.
            respond(replies) { $0.untagged(.ok, code: .notificationOverflow, "Too much has happened") }
            notifying = .nothing(for: account.id)
            return listenToWhatIsAsked()
        }
        // Status and names are told as they stand now, not as they stood.
        let names = try await look(at: &asked)
        notifying = asked
        if notices.isStale { listenToWhatIsAsked() }
        tellNames(names, asked, replies)
        tellSubscriptions(notices.subscriptions, asked, replies)
        for (key, events) in notices.happened where key != selected?.key {
            guard let watched = asked.watched[key] else { continue }
            tellStatus(of: watched.mailbox, events.intersection(watched.events), .change, replies)
        }
        tellAnnotations(notices.annotations, asked, replies)
    }

    private func tellNames(_ names: [MailboxNameChange], _ asked: Notifying, _ replies: ReplyWriter) {
        for change in names where change.events.contains(.mailboxName) {
            guard !isOwn(change), let name = MailboxName(change.name) else { continue }
            var listed = listed(name, change.mailbox, asked)
            listed.oldName = change.oldName.flatMap { MailboxName($0) }
            respond(replies) { $0.list(listed) }
        }
    }

    private func tellSubscriptions(_ names: Set<String>, _ asked: Notifying, _ replies: ReplyWriter) {
        for text in names.sorted() where !ownSubscriptions.contains(text) {
            guard asked.events(forName: text).contains(.subscriptionChange), let name = MailboxName(text) else {
                continue
            }
            let mailbox = asked.watched.values.first { $0.mailbox.name == text }?.mailbox
            let listed = listed(name, mailbox, asked)
            respond(replies) { $0.list(listed) }
        }
    }

    /// A mailbox as LIST tells it.
    private func listed(_ name: MailboxName, _ mailbox: AccessibleMailbox?, _ asked: Notifying) -> ListedMailbox {
        var attributes: ListedMailbox.Attributes = mailbox == nil ? [.nonExistent] : []
        let hasChildren = asked.watched.values.contains { $0.mailbox.name.hasPrefix(name.text + "/") }
        attributes.insert(hasChildren ? .hasChildren : .hasNoChildren)
        if asked.subscriptions.contains(name.text) { attributes.insert(.subscribed) }
        return ListedMailbox(name: name, attributes: attributes, uses: mailbox?.use.map { [$0] } ?? [])
    }

    private func tellAnnotations(
        _ changes: [Notifying.AnnotationChange], _ asked: Notifying, _ replies: ReplyWriter
    ) {
        for change in changes {
            guard let entry = MetadataEntryName(Array(change.entry.utf8)) else { continue }
            if let key = change.mailbox {
                guard let watched = asked.watched[key], watched.events.contains(.mailboxMetadataChange),
                    let name = MailboxName(watched.mailbox.name)
                else { continue }
                respond(replies) { $0.metadataChanged(.mailbox(name), [entry]) }
            } else if asked.groups.contains(where: { $0.events.contains(.serverMetadataChange) }) {
                respond(replies) { $0.metadataChanged(.server, [entry]) }
            }
        }
    }

    // MARK: What the client did itself

    /// RFC 5465 §5: a client is not told what it has done itself.
    func noteOwnNames(_ command: IMAPCommand) {
        guard notifying != nil else { return }
        switch command {
        case .create(let request): ownNames.insert(request.mailbox.text)
        case .delete(let name): ownNames.insert(name.text)
        case .rename(_, let name): ownNames.insert(name.text)
        case .subscribe(let name), .unsubscribe(let name): ownSubscriptions.insert(name.text)
        default: break
        }
    }

    private func isOwn(_ change: MailboxNameChange) -> Bool { ownNames.contains(change.name) }
}

extension AccessibleMailbox {
    /// What it is for, in the protocol's terms.
    var use: MailboxUse? {
        switch specialUse {
        case .archive: .archive
        case .drafts: .drafts
        case .junk: .junk
        case .sent: .sent
        case .trash: .trash
        case nil: nil
        }
    }
}
