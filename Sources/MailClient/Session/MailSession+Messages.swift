package import IMAP
package import MailCore
internal import NIOCore

/// A message's octets as they came.
package struct FetchedMail: Sendable {
    /// Whether all of it is there.
    package enum Extent: Sendable, Hashable {
        case whole
        /// It has so many octets.
        case beginning(ofOctets: Int64)
    }

    package var uid: UInt32
    package var octets: [UInt8]
    package var extent: Extent
    package var flags: SystemFlags
    package var keywords: [String]
    /// When the server got it; seconds since 1970.
    package var receivedSeconds: Int64?
}

extension MailSession {
    /// UIDs in the open folder that match, ascending.
    nonisolated(nonsending)
        package mutating func search(_ key: SearchKey) async throws(MailFailure) -> [UInt32]
    {
        var uids: [UInt32] = []
        let status = try await perform(.searchKey(key)) { action in
            if case .response(.search(let numbers)) = action { uids += numbers }
        }
        guard status.condition == .ok else { throw .refused("search", status.text) }
        return uids.sorted()
    }

    /// What a list shows of the messages; those that went meanwhile are left out. In the order of their UIDs.
    nonisolated(nonsending)
        package mutating func summaries(
            _ uids: [UInt32], _ items: IMAPSummaryItems = [.envelope, .structure, .references]
        ) async throws(MailFailure) -> [MessageSummary]
    {
        var summaries: [MessageSummary] = []
        var rest = UIDSet(ranges: uids.map { $0...$0 }).ranges[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(MailClientLimits.summariesMax))
            rest = rest.dropFirst(MailClientLimits.summariesMax)
            let status = try await perform(.fetchSummaries(.uids(some), items)) { action in
                guard case .response(.fetch(let message)) = action, message.uid != 0, message.envelope != nil else {
                    return
                }
                summaries.append(MessageSummary(message))
            }
            guard status.condition == .ok else { throw .refused("tell of the messages", status.text) }
        }
        return summaries.sorted { $0.uid < $1.uid }
    }

    /// What a list shows of the messages at these places of the open folder, from 1.
    nonisolated(nonsending)
        package mutating func summaries(at places: [Int]) async throws(MailFailure) -> [MessageSummary]
    {
        let numbers = places.compactMap { UInt32(exactly: $0) }.filter { $0 > 0 && $0 <= current?.messages ?? 0 }
        guard !numbers.isEmpty else { return [] }
        var summaries: [MessageSummary] = []
        let ranges = UIDSet(ranges: numbers.map { $0...$0 }).ranges
        _ = try await perform(.fetchSummaries(.numbers(ranges), [.envelope, .structure, .references])) { action in
            guard case .response(.fetch(let message)) = action, message.uid != 0, message.envelope != nil else {
                return
            }
            summaries.append(MessageSummary(message))
        }
        return summaries
    }

    /// A message, or its beginning; it does not become read by that.
    nonisolated(nonsending)
        package mutating func message(_ uid: UInt32, octetsMax: Int64? = nil) async throws(MailFailure) -> FetchedMail
    {
        var octets: [UInt8] = []
        var fetched: IMAPFetchedMessage?
        let command: IMAPClientCommand =
            octetsMax.map { .fetchBeginning(uid, octets: $0) } ?? .fetch([uid...uid])
        let status = try await perform(command) { action in
            switch action {
            case .octets(let piece): octets += piece.readableBytesView
            case .response(.fetch(let message)) where message.uid == uid && message.hasBody: fetched = message
            default: break
            }
        }
        guard status.condition == .ok else { throw .refused("give the message", status.text) }
        guard let fetched else {
            throw MailFailure(
                .refused, "there is no message \(uid) in \(current?.folder.name ?? "the folder")",
                advice: "see which there are with: paloma mail list")
        }
        let (flags, keywords) = MessageSummary.flags(fetched.flags)
        let size = fetched.size ?? Int64(octets.count)
        let isWhole = octetsMax.map { size <= $0 || Int64(octets.count) >= size } ?? true
        return FetchedMail(
            uid: uid, octets: octets, extent: isWhole ? .whole : .beginning(ofOctets: size), flags: flags,
            keywords: keywords, receivedSeconds: fetched.internalDate)
    }
}
