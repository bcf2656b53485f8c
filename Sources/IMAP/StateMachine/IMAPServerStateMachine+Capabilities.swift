internal import SASL

/// What is announced (RFC 9051 §6.1.1): by the state and by TLS.
extension IMAPServerStateMachine {
    /// Before login: what matters there. Ways to log in are announced where they would be taken.
    private static let beforeLogin: IMAPCapabilitySet = [
        .imap4rev1, .imap4rev2, .literalPlus, .literalMinus, .saslInitialResponse, .id, .enable, .idle, .language,
    ]

    var capabilities: IMAPCapabilityList {
        var words: [String] = []
        for capability in offered.members where isAnnounced(capability) {
            words.append("\(capability.name)\(value(of: capability))")
            if capability == .acl { words.append("RIGHTS=kxte") }
            if capability == .quota {
                words += configuration.quotaResources.map { "QUOTA=RES-\($0.name)" }
            }
        }
        if phase == .notAuthenticated {
            if tls == .available { words.append("STARTTLS") }
            if mayLogIn {
                words += mechanisms.map { "AUTH=\($0.rawValue)" }
            } else {
                words.append("LOGINDISABLED")
            }
        }
        return IMAPCapabilityList(words: words)
    }

    private func isAnnounced(_ capability: IMAPCapability) -> Bool {
        switch capability {
        case .literalMinus where offered.contains(.literalPlus): false
        case .metadataServer where offered.contains(.metadata): false
        case .compressDeflate where isCompressing: false
        default: phase != .notAuthenticated || Self.beforeLogin.contains(capability)
        }
    }

    private func value(of capability: IMAPCapability) -> String {
        switch capability {
        case .appendLimit: "\(limits.messageOctetsMax)"
        case .messageLimit, .saveLimit: "\(configuration.messagesPerCommandMax)"
        default: ""
        }
    }
}
