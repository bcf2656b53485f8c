internal import SASL

/// How one listener speaks IMAP.
package struct IMAPConfiguration: Hashable, Sendable {
    /// Whether a password or an exchange may cross a connection without TLS (the listener's `authWithoutTLS`).
    package enum LoginPolicy: Hashable, Sendable {
        case requiresTLS
        case allowsClearText
    }

    /// Who may log in when.
    package var loginPolicy = LoginPolicy.requiresTLS
    /// What is offered. One that is taken out is neither announced nor understood.
    package var capabilities = IMAPCapabilitySet.all
    /// Where the same messages are to be had by JMAP (RFC 9698); nil: JMAPACCESS is not offered.
    package var jmapAddress: String?
    /// What quotas count (RFC 9208 §3.1).
    package var quotaResources: [QuotaResource] = [.storage, .message]
    /// Messages of one command (RFC 9738); announced where MESSAGELIMIT is offered.
    package var messagesPerCommandMax: UInt32 = 100_000
    /// The iterations that an unknown user seems to have; those of known ones (RFC 5802 §9).
    package var decoyIterations = SASLLimits.iterationsMin
    /// The server's name, for greeting and farewell.
    package var implementation = "Paloma"

    /// As above.
    package init() {}

    /// What can be offered together: an extension without what it stands on is none.
    package var offered: IMAPCapabilitySet {
        var offered = capabilities
        if jmapAddress == nil { offered.remove(.jmapAccess) }
        if !offered.contains(.enable) { offered = offered.subtracting([.qresync, .utf8Accept, .uidOnly, .imap4rev2]) }
        if !offered.contains(.condstore) { offered.remove(.qresync) }
        if !offered.contains(.extendedSearch) { offered = offered.subtracting(Self.needsExtendedSearch) }
        if !offered.contains(.sort) { offered = offered.subtracting([.sortDisplay, .extendedSort, .contextSort]) }
        if !offered.contains(.listExtended) { offered = offered.subtracting(Self.needsExtendedList) }
        if !offered.contains(.acl) { offered.remove(.listMyRights) }
        if !offered.contains(.metadata) { offered.remove(.listMetadata) }
        if offered.intersection(Self.partsOfRevision2) != Self.partsOfRevision2 { offered.remove(.imap4rev2) }
        if !offered.containsAny(of: [.literalPlus, .literalMinus]) { offered.remove(.imap4rev2) }
        return offered
    }

    /// Where there is no IMAP4rev1, IMAP4rev2 need not be switched on (RFC 9051 §6.3.1).
    var enabledFromTheStart: IMAPCapabilitySet {
        offered.contains(.imap4rev2) && !offered.contains(.imap4rev1) ? [.imap4rev2] : []
    }

    private static let needsExtendedSearch: IMAPCapabilitySet = [
        .searchResult, .contextSearch, .contextSort, .extendedSort, .partial, .multiSearch,
    ]
    private static let needsExtendedList: IMAPCapabilitySet = [.listStatus, .listMyRights, .listMetadata]
    /// RFC 9051 appendix E: what it has taken in.
    private static let partsOfRevision2: IMAPCapabilitySet = [
        .namespace, .unselect, .uidPlus, .extendedSearch, .searchResult, .enable, .idle, .saslInitialResponse,
        .listExtended, .listStatus, .move, .binary, .specialUse, .statusSize,
    ]
}
