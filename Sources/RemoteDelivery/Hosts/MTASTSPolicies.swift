package import MailCore
package import SenderAuthentication

/// The TLS policies that domains publish by MTA-STS (RFC 8461).
package actor MTASTSPolicies {
    /// The policy of a domain; nil when it has none.
    package func policy(of domain: Domain) async -> MTASTSPolicy? { nil }
}
