internal import CoreMetrics
internal import IMAP
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// What the machine asks, and who answers.
extension IMAPSession {
    nonisolated(nonsending)
        func answer(_ question: IMAPQuestion, _ replies: ReplyWriter) async -> IMAPAction?
    {
        switch question {
        case .credentials(let userName): return machine.answer(credentials: await credentials(of: userName))
        case .password(let claim): return machine.answer(password: await check(claim))
        case .refusal(let failure): return machine.answer(refusal: await note(failure))
        case .account(let identity): return machine.answer(account: await open(identity))
        case .command(let command, let tag): return await carryOut(command, tag, replies)
        case .appendPart(let part): return machine.answer(appendPart: await appendPart(part))
        case .appendEnd(let target, let tag):
            let completion = await appendEnd(target, tag, replies)
            // Messages that came before this one are to be heard of before it.
            if selected != nil { await context.store.settle() }
            return await finish(completion, .ownChange, replies)
        case .idleEnded:
            context.metrics.idling.decrement()
            return await finish(.ok(), .idle, replies)
        }
    }

    nonisolated(nonsending)
        private func carryOut(_ command: IMAPCommand, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPAction
    {
        let completion = await obey(command, tag, replies)
        switch command {
        case .close, .unselect, .select: return machine.answer(completion)
        case .unauthenticate:
            leaveAccount()
            return machine.answer(completion)
        case .delete where completion.condition == .ok: await leaveDeleted(replies)
        default: break
        }
        if completion.condition == .ok { noteOwnNames(command) }
        return await finish(completion, command.occasion, replies)
    }

    /// Tells what has changed meanwhile, then how the command ended.
    nonisolated(nonsending)
        private func finish(
            _ completion: IMAPCompletion, _ occasion: TellingOccasion, _ replies: ReplyWriter
        ) async -> IMAPAction
    {
        // A literal that cannot be sent to its end: whatever is said would be taken for a part of it.
        if fetching.literal == .cutOff { return machine.abort() }
        if let farewell = await tellChanges(occasion, replies) {
            closeSelected()
            return machine.logOut(farewell.text)
        }
        if fetching.literal == .cutOff { return machine.abort() }
        (ownNames, ownSubscriptions) = ([], [])
        let action = machine.answer(completion)
        alert()
        // What this command forbade to tell, NOTIFY permits right after it.
        if case .told(_, _, .atOnce)? = notifying?.selected, selected?.view.hasPendingChanges == true {
            info.waker?.wake()
        }
        return action
    }

    /// The client has deleted the mailbox that it had open.
    nonisolated(nonsending)
        private func leaveDeleted(_ replies: ReplyWriter) async
    {
        try? await noteChanges()
        guard fate == .deleted else { return }
        fate = .stays
        closeSelected()
        machine.deselect()
        respond(replies) { $0.untagged(.ok, code: .closed, "The mailbox is deleted") }
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
        case .store(let request): await store(request, tag, replies)
        case .copy(let request): await copy(request, tag, replies)
        case .move(let request): await move(request, tag, replies)
        case .expunge(let messages): await expunge(messages, tag, replies)
        case .close: await close(tag)
        case .unselect: await unselect()
        case .uidBatches(let request): uidBatches(request, tag, replies)
        case .noop, .check: await poll()
        case .unauthenticate: .ok()
        case .id(let client): identify(client, replies)
        case .language(let tags): speak(tags, replies)
        case .jmapAccess: tellJMAPAddress(replies)
        case .enable(let capabilities): enable(capabilities, replies)
        case .notify(let request): await notify(request, tag, replies)
        default: await obeyAboutMailboxes(command, tag, replies)
        }
    }

    /// Who asks hears of all that was confirmed before, also of deliveries whose rows were hidden until then.
    nonisolated(nonsending)
        private func poll() async -> IMAPCompletion
    {
        if selected != nil { await context.store.settle() }
        return .ok()
    }

    nonisolated(nonsending)
        private func obeyAboutMailboxes(
            _ command: IMAPCommand, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        switch command {
        case .select(let request): await select(request, tag, replies)
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

extension IMAPCommand {
    /// What may be told at its end.
    fileprivate var occasion: TellingOccasion {
        switch self {
        case .expunge, .move, .copy: .ownChange
        // NOTIFY is a NOOP as well (RFC 5465 §3.1).
        case .notify: .idle
        default: .command(expungePermission)
        }
    }
}
