internal import IMAP
internal import NIOCore
internal import ServerRuntime

/// What the machine asks, and who answers.
extension IMAPSession {
    nonisolated(nonsending)
        func answer(_ question: IMAPQuestion, _ replies: ReplyWriter) async -> IMAPAction?
    {
        switch question {
        case .credentials(let userName): machine.answer(credentials: await credentials(of: userName))
        case .password(let claim): machine.answer(password: await check(claim))
        case .refusal(let failure): machine.answer(refusal: await note(failure))
        case .account(let identity): machine.answer(account: await open(identity))
        case .command(let command, let tag): machine.answer(await obey(command, tag, replies))
        case .appendPart(let part): machine.answer(appendPart: await appendPart(part))
        case .appendEnd(let target, let tag): machine.answer(await appendEnd(target, tag, replies))
        case .idleEnded: machine.answer(.ok())
        }
    }

    nonisolated(nonsending)
        private func obey(_ command: IMAPCommand, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        switch command {
        case .fetch(let request): await fetch(request, tag, replies)
        case .search(let request): await search(request, tag, replies)
        case .sort(let request): await sort(request, tag, replies)
        case .thread(let request): await thread(request, tag, replies)
        case .multiSearch(let request): await multiSearch(request, tag, replies)
        case .cancelUpdate(let tags): await cancelUpdate(tags, tag, replies)
        case .noop, .check: .ok()
        default: await obeyAboutMailboxes(command, tag, replies)
        }
    }

    nonisolated(nonsending)
        private func obeyAboutMailboxes(
            _ command: IMAPCommand, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        switch command {
        case .create(let request): await create(request, tag, replies)
        case .delete(let mailbox): await delete(mailbox, tag, replies)
        case .rename(let source, let target): await rename(source, to: target, tag, replies)
        case .subscribe(let mailbox): await subscribe(mailbox, tag, replies)
        case .unsubscribe(let mailbox): await unsubscribe(mailbox, tag, replies)
        case .list(let request): await list(request, tag, replies)
        case .lsub(let request): await lsub(request, tag, replies)
        case .namespace: await namespace(tag, replies)
        case .status(let mailbox, let items): await status(mailbox, items, tag, replies)
        case .getACL(let mailbox): await getACL(mailbox, tag, replies)
        case .setACL(let mailbox, let who, let change): await setACL(mailbox, who, change, tag, replies)
        case .deleteACL(let mailbox, let who): await deleteACL(mailbox, who, tag, replies)
        case .listRights(let mailbox, let who): await listRights(mailbox, who, tag, replies)
        case .myRights(let mailbox): await myRights(mailbox, tag, replies)
        case .getQuota(let root): await getQuota(root, tag, replies)
        case .getQuotaRoot(let mailbox): await getQuotaRoot(mailbox, tag, replies)
        case .setQuota(let root, let limits): await setQuota(root, limits, tag, replies)
        case .getMetadata(let request): await getMetadata(request, tag, replies)
        case .setMetadata(let request): await setMetadata(request, tag, replies)
        default: .no("Not possible here", code: .cannot)
        }
    }

    /// Writes responses behind those that wait already.
    func respond(_ replies: ReplyWriter, _ write: (inout IMAPResponseWriter) -> Void) {
        var writer = IMAPResponseWriter(dialect: machine.dialect)
        write(&writer)
        replies.append(writer.take())
    }
}
