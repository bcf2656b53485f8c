package import MailCore

/// What became of a try, in the other server's words or in ours.
package struct RemoteReply: Error, Hashable, Sendable {
    /// Whether trying again can help.
    package enum Permanence: Hashable, Sendable {
        /// It can.
        case temporary
        /// It cannot.
        case permanent
    }

    /// Whose words they are.
    package enum Speaker: Hashable, Sendable {
        /// The other server's.
        case remote
        /// Ours: there was none to ask, or it said nothing of use.
        case local
    }

    /// Whether trying again can help.
    package var permanence: Permanence
    /// The other server's, or the nearest that RFC 3463 has.
    package var status: EnhancedStatusCode
    /// The lines of the reply, each with its codes (`550 5.1.1 No such user`), or a sentence of ours.
    package var lines: [String]
    /// Whose words they are.
    package var speaker: Speaker

    /// Something that went wrong here or on the way.
    package static func local(
        _ permanence: Permanence, _ subject: UInt16, _ detail: UInt16, _ text: String
    ) -> RemoteReply {
        RemoteReply(
            permanence: permanence,
            status: EnhancedStatusCode(
                permanence == .permanent ? .permanentFailure : .persistentTransientFailure, subject, detail),
            lines: [text], speaker: .local)
    }

    /// Puts the parts together.
    package init(permanence: Permanence, status: EnhancedStatusCode, lines: [String], speaker: Speaker) {
        self.permanence = permanence
        self.status = status
        self.lines = lines
        self.speaker = speaker
    }

    /// All lines in one.
    package var text: String { lines.joined(separator: " / ") }

    /// What the queue remembers of the last attempt: a reply with its codes, or words of ours; empty for none.
    init(lastSaid text: String) {
        let words = text.split(separator: " ", maxSplits: 2)
        guard let code = words.first, code.utf8.count == 3, let number = Int(code), (400...599).contains(number) else {
            self = .local(.temporary, 4, 7, text.isEmpty ? "no attempt has succeeded" : text)
            return
        }
        let numbers = words.dropFirst().first?.split(separator: ".").compactMap { UInt16($0) } ?? []
        let isKnown = numbers.count == 3
        self.init(
            permanence: .temporary,
            status: EnhancedStatusCode(
                .persistentTransientFailure, isKnown ? numbers[1] : 0, isKnown ? numbers[2] : 0), lines: [text],
            speaker: .remote)
    }
}
