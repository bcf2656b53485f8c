package import IMAP
internal import NIOCore
package import RemoteLinks
package import SASL
package import ServerRuntime

/// What a client does with an account over one IMAP connection.
///
/// Every call runs on the connection's event loop, by a task that prefers its `LoopExecutor`; one call at a time.
package struct MailSession: Sendable {
    /// A folder that is open.
    package struct OpenFolder: Sendable, Hashable {
        package var folder: MailFolder
        package var uidValidity: UInt32 = 0
        package var messages: Int = 0
        package var access: MailboxAccess
    }

    /// What changed in the open folder.
    package enum Change: Sendable, Hashable {
        /// It has so many messages.
        case messages(Int)
        /// The message at a place, from 1, went; those behind it moved up.
        case expunged(Int)
        /// UIDs that went.
        case vanished([ClosedRange<UInt32>])
        /// A message's flags; where the server told only its place, the UID is 0.
        case flags(place: Int, uid: UInt32, [String])
    }

    private var link: IMAPLink
    let host: String
    /// The account's folders, once they were listed.
    package internal(set) var folders: [MailFolder] = []
    /// The folder that is open.
    package internal(set) var current: OpenFolder?
    private var changes: [Change] = []

    /// Connects and logs in.
    nonisolated(nonsending)
        package static func open(
            _ account: MailAccount, _ secret: SecretBytes, limits: RemoteLinkLimits = RemoteLinkLimits(),
            on executor: LoopExecutor
        ) async throws(MailFailure) -> MailSession
    {
        do throws(RemoteFailure) {
            let link = try await IMAPLink.open(account.imap, account.credentials(secret), limits, on: executor)
            return MailSession(link: link, host: account.imap.host)
        } catch {
            throw MailFailure(error, at: account.imap.host)
        }
    }

    private init(link: IMAPLink, host: String) {
        self.link = link
        self.host = host
    }

    var capabilities: IMAPClientCapabilities { link.capabilities }

    /// Does a command; hands over what is told meanwhile.
    nonisolated(nonsending)
        mutating func perform(
            _ command: IMAPClientCommand, _ body: (IMAPClientAction) -> Void = { _ in }
        ) async throws(MailFailure) -> IMAPServerStatus
    {
        try await perform(command, supplying: { nil }, hearing: body)
    }

    /// As above, with the octets of a message that the command announces.
    nonisolated(nonsending)
        mutating func perform(
            _ command: IMAPClientCommand, supplying pieces: () throws -> ByteBuffer?,
            hearing body: (IMAPClientAction) -> Void = { _ in }
        ) async throws(MailFailure) -> IMAPServerStatus
    {
        link.send(command)
        while true {
            let action = try await next()
            switch action {
            case .done(_, let status): return status
            case .messageWanted: try await supply(pieces)
            case .ended: throw MailFailure(.connectionLost, at: host)
            default: body(action)
            }
        }
    }

    nonisolated(nonsending)
        private mutating func supply(_ pieces: () throws -> ByteBuffer?) async throws(MailFailure)
    {
        do throws(RemoteFailure) {
            try await link.sendMessage(pieces)
        } catch {
            throw MailFailure(error, at: host)
        }
    }

    nonisolated(nonsending)
        private mutating func next() async throws(MailFailure) -> IMAPClientAction
    {
        do throws(RemoteFailure) {
            let action = try await link.next()
            note(action)
            return action
        } catch {
            throw MailFailure(error, at: host)
        }
    }

    /// Keeps what changed in the open folder.
    private mutating func note(_ action: IMAPClientAction) {
        guard case .response(let response) = action, current != nil else { return }
        switch response {
        case .exists(let count):
            current?.messages = Int(count)
            changes.append(.messages(Int(count)))
        case .expunged(let number):
            current?.messages -= 1
            changes.append(.expunged(Int(number)))
        case .vanished(let ranges):
            changes.append(.vanished(ranges))
        case .fetch(let message) where message.envelope == nil && !message.hasBody && message.size == nil:
            changes.append(.flags(place: Int(message.number), uid: message.uid, message.flags))
        default: break
        }
    }

    /// What changed since the last call.
    package mutating func takeChanges() -> [Change] {
        defer { changes = [] }
        return changes
    }

    // MARK: Waiting

    /// Waits for news of the open folder; returns when there are some, when the time has passed, or when the wait is
    /// interrupted. Without IDLE the server is asked once, and the time waited for.
    nonisolated(nonsending)
        package mutating func waitForNews(seconds: Int64) async throws(MailFailure)
    {
        guard changes.isEmpty else { return }
        guard link.capabilities.hasIdle else {
            _ = try await perform(.noop)
            if changes.isEmpty { _ = try await nextUnlessSilent(min(seconds, Self.pollSeconds)) }
            return
        }
        link.send(.idle)
        var wantsEnd = false
        var stage = IdleStage.asked
        while true {
            let action = wantsEnd ? try await next() : try await nextUnlessSilent(seconds)
            switch action {
            case .done?: return
            case .ended?: throw MailFailure(.connectionLost, at: host)
            case .idling?: stage = .idling
            default: break
            }
            if action == nil || !changes.isEmpty { wantsEnd = true }
            // What is sent before the server has consented to IDLE would be lost on it.
            if wantsEnd, stage == .idling {
                stage = .ending
                link.endIdle()
            }
        }
    }

    private enum IdleStage {
        case asked
        case idling
        case ending
    }

    /// How often a server without IDLE is asked.
    private static let pollSeconds: Int64 = 30

    nonisolated(nonsending)
        private mutating func nextUnlessSilent(_ seconds: Int64) async throws(MailFailure) -> IMAPClientAction?
    {
        do throws(RemoteFailure) {
            let action = try await link.nextUnlessSilent(seconds)
            if let action { note(action) }
            return action
        } catch {
            throw MailFailure(error, at: host)
        }
    }

    /// Ends a wait of `waitForNews`, from any thread.
    package var interruption: @Sendable () -> Void { link.interruption }

    /// Lets waits begin again after an interruption.
    package func forgetInterruption() { link.forgetInterruption() }

    // MARK: The end

    /// Says goodbye.
    nonisolated(nonsending)
        package mutating func logOut() async
    {
        link.send(.logout)
        while let action = try? await link.next() {
            if case .ended = action { break }
        }
        link.close()
    }

    /// Closes without a word.
    package func close() { link.close() }
}
