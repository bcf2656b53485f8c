internal import IMAP

/// When changes of the selected mailbox may be told.
enum TellingOccasion: Hashable {
    /// Before a command's tagged response, which permits expunges or forbids them.
    case command(ExpungePermission)
    /// The same, of a command that takes messages away or brings some: the client awaits what comes of it.
    case ownChange
    /// IDLE.
    case idle
    /// Without any command, as NOTIFY permits.
    case unasked
}

extension Notifying.Selected {
    /// Whether expunges may be told; nil where nothing may.
    func permission(on occasion: TellingOccasion) -> ExpungePermission? {
        switch (self, occasion) {
        case (_, .ownChange): .permitted
        case (.nothing, _): nil
        case (.everything, .unasked): nil
        case (_, .command(let permission)): permission
        case (_, .idle): .permitted
        case (.told(_, _, .atOnce), .unasked): .permitted
        case (.told(_, _, .delayed), .unasked): .forbidden
        }
    }

    /// Whether changes of flags are told.
    var tellsFlags: Bool {
        switch self {
        case .nothing: false
        case .everything: true
        case .told(let events, _, _): events.contains(.flagChange)
        }
    }

    /// What is told of new messages; nil for no more than their number.
    var newMessageAttributes: [FetchAttribute]? {
        guard case .told(_, let attributes, _) = self, !attributes.isEmpty else { return nil }
        return attributes
    }
}
