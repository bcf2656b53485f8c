/// What a client names in `using`, and the session object announces (RFC 8620 §2).
package enum JMAPCapability: String, Hashable, Sendable, CaseIterable {
    /// RFC 8620.
    case core = "urn:ietf:params:jmap:core"
    /// RFC 8621 §1.3.1.
    case mail = "urn:ietf:params:jmap:mail"
    /// RFC 8621 §1.3.2.
    case submission = "urn:ietf:params:jmap:submission"
    /// RFC 8621 §1.3.3.
    case vacationResponse = "urn:ietf:params:jmap:vacationresponse"
    /// RFC 9404.
    case blob = "urn:ietf:params:jmap:blob"
    /// RFC 9425.
    case quota = "urn:ietf:params:jmap:quota"
    /// RFC 8887.
    case webSocket = "urn:ietf:params:jmap:websocket"
    /// An account's own settings: docs/jmap.md.
    case account = "urn:paloma:account"
}
