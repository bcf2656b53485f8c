package import JMAP
package import JSON

/// One method that clients call.
package struct JMAPMethod: Sendable {
    /// `Email/get`
    package let name: String
    /// Without which in `using` there is no such method.
    package let capability: JMAPCapability
    /// Answers a call. Throws `JMAPMethodError`; any other error is told as `serverFail`, and logged.
    package let run: @Sendable (JMAPArguments, inout JMAPCall) async throws -> JSONObject

    package init(
        _ name: String, _ capability: JMAPCapability,
        _ run: @escaping @Sendable (JMAPArguments, inout JMAPCall) async throws -> JSONObject
    ) {
        self.name = name
        self.capability = capability
        self.run = run
    }
}

/// All methods of the server.
package enum JMAPMethods {
    /// What every room of this target offers.
    package static let all: [JMAPMethod] =
        [echo]
        + MailboxMethods.methods
        + ThreadMethods.methods
        + EmailMethods.methods
        + QueryMethods.methods
        + BlobMethods.methods
        + QuotaMethods.methods
        + IdentityMethods.methods
        + SubmissionMethods.methods
        + AccountMethods.methods

    /// `Core/echo` (RFC 8620 §4).
    private static let echo = JMAPMethod("Core/echo", .core) { arguments, _ in arguments.object }
}
