internal import IMAP
internal import RemoteAccounts
internal import RemoteLinks

/// Flags that changed there after their messages were fetched.
extension IMAPFetch {
    /// Where changes are numbered, what changed since all of the folder was done (RFC 7162 §3.1.4.1); else all flags, a window
    /// at a time, when the folder's time has come.
    ///
    /// - Parameter known: UIDs of messages that were here before this look, ascending.
    nonisolated(nonsending)
        mutating func followFlags(
            of known: [UInt32], _ open: OpenFolder, _ occasion: Occasion
        ) async throws(RemoteFailure)
    {
        guard let first = known.first, let last = known.last else { return }
        if let view = open.view, let before = try await viewBefore(open), before.uidValidity == view.uidValidity {
            guard before.modSeq != view.modSeq else { return }
            try await follow(.fetchChangedFlags([first...last], since: before.modSeq), open)
        } else if open.view != nil || occasion == .due {
            for some in known.chunks(of: Self.flagsAskedMax) {
                try await follow(.fetchFlags(Self.ranges(some)), open)
            }
        }
    }

    /// Messages that one FETCH of flags asks for.
    private static let flagsAskedMax = 5000
    /// Messages that are compared at one time.
    private static let comparedMax = 500

    nonisolated(nonsending)
        private mutating func follow(_ command: IMAPClientCommand, _ open: OpenFolder) async throws(RemoteFailure)
    {
        let follower = FlagFollower(remote, open.folder, parts)
        var told: [FlagFollower.Told] = []
        session.send(command)
        while true {
            switch try await next() {
            case .response(.fetch(let message)) where message.uid != 0:
                told.append(FlagFollower.Told(key: open.key(message.uid), flags: RemoteFlags(message.flags)))
                guard told.count >= Self.comparedMax else { continue }
                try await follower.follow(told)
                told = []
            case .done(_, let status):
                if status.condition != .ok { remarks.append("flags in \(open.name): “\(status.text)”") }
                try await follower.follow(told)
                return
            case .ended: throw .connectionLost
            default: break
            }
        }
    }

    private func viewBefore(_ open: OpenFolder) async throws(RemoteFailure) -> RemoteAccounts.View? {
        do {
            return try await parts.accounts.view(of: open.folder, remote)
        } catch {
            throw .here("the store failed: \(error)")
        }
    }
}
