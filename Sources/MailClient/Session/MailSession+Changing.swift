package import IMAP
internal import MailCore
package import NIOCore

/// Where messages went, so that they can be brought back.
package struct MovedMail: Sendable, Hashable {
    package var from: MailFolder
    package var to: MailFolder
    /// The UIDs that they have there; nil where the server does not say (RFC 4315).
    package var uids: [UInt32]?
}

extension MailSession {
    /// Sets or clears flags of messages in the open folder.
    nonisolated(nonsending)
        package mutating func store(
            _ change: IMAPFlagChange, _ flags: FlagList, _ uids: [UInt32]
        ) async throws(MailFailure)
    {
        let status = try await perform(.store(Self.ranges(uids), change, flags))
        guard status.condition == .ok else { throw .refused("change the flags", status.text) }
    }

    /// Moves messages of the open folder to another.
    nonisolated(nonsending)
        package mutating func move(_ uids: [UInt32], to target: MailFolder) async throws(MailFailure) -> MovedMail
    {
        guard let source = current?.folder else { throw MailFailure(.here, "no folder is open") }
        guard source.wireName != target.wireName else {
            throw MailFailure(.here, "the messages are in \(target.name) already")
        }
        let ranges = Self.ranges(uids)
        var copied: [ClosedRange<UInt32>]?
        let command: IMAPClientCommand =
            capabilities.hasMove ? .move(ranges, to: target.wireName) : .copy(ranges, to: target.wireName)
        let status = try await perform(command) { action in
            // RFC 6851 §4.3: MOVE tells it before it is done.
            guard case .response(.status(let status)) = action, case .copyUID(_, _, let to)? = status.code else {
                return
            }
            copied = to
        }
        guard status.condition == .ok else { throw .refused("move to \(target.name)", status.text) }
        if case .copyUID(_, _, let to)? = status.code { copied = to }
        if !capabilities.hasMove { try await expunge(uids) }
        let count = (copied ?? []).reduce(0) { $0 + $1.count }
        return MovedMail(
            from: source, to: target, uids: count == uids.count ? (copied ?? []).flatMap { Array($0) } : nil)
    }

    /// Copies messages of the open folder to another.
    nonisolated(nonsending)
        package mutating func copy(_ uids: [UInt32], to target: MailFolder) async throws(MailFailure)
    {
        let status = try await perform(.copy(Self.ranges(uids), to: target.wireName))
        guard status.condition == .ok else { throw .refused("copy to \(target.name)", status.text) }
    }

    /// Deletes messages of the open folder for good.
    nonisolated(nonsending)
        package mutating func expunge(_ uids: [UInt32]) async throws(MailFailure)
    {
        let marked = try await perform(.markDeleted(Self.ranges(uids)))
        guard marked.condition == .ok else { throw .refused("delete", marked.text) }
        // EXPUNGE alone would take messages that others have marked.
        guard capabilities.hasUIDPlus else { return }
        let status = try await perform(.expunge(Self.ranges(uids)))
        guard status.condition == .ok else { throw .refused("delete", status.text) }
    }

    /// Deletes messages as people mean it: into the trash, and for good from there.
    ///
    /// - Returns: where they went; nil when they are gone.
    nonisolated(nonsending)
        package mutating func delete(_ uids: [UInt32]) async throws(MailFailure) -> MovedMail?
    {
        let trash = try await ensuredFolder(for: .trash)
        if current?.folder.wireName == trash.wireName {
            try await expunge(uids)
            return nil
        }
        return try await move(uids, to: trash)
    }

    /// Brings back what was moved, into the folder where it was.
    nonisolated(nonsending)
        package mutating func undo(_ moved: MovedMail) async throws(MailFailure)
    {
        guard let uids = moved.uids else {
            throw MailFailure(
                .refused, "the server does not tell where the messages are in \(moved.to.name)",
                advice: "move them back from there")
        }
        let before = current
        try await select(moved.to, .readWrite)
        _ = try await move(uids, to: moved.from)
        if let before { try await select(before.folder, before.access) }
    }

    /// Adds a message to a folder; the pieces are its octets in their order, nil at the end.
    nonisolated(nonsending)
        package mutating func append(
            to folder: MailFolder, _ flags: FlagList, octets: Int64, pieces: () throws -> ByteBuffer?
        ) async throws(MailFailure)
    {
        let status = try await perform(.append(folder.wireName, flags, octets: octets), supplying: pieces)
        guard status.condition == .ok else { throw .refused("take the message into \(folder.name)", status.text) }
    }

    private static func ranges(_ uids: [UInt32]) -> [ClosedRange<UInt32>] {
        UIDSet(ranges: uids.map { $0...$0 }).ranges
    }
}
