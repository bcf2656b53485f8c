import AgentTestSupport
import Directory
import JMAP
import JSON
import Logging
import MailCore
import MailQueue
import MailSearch
import MailStore
import Testing

@testable import JMAPServer

/// Runs `body` on a store of its own with one user, `ana@example.test`.
func withJMAPServices(_ body: (JMAPServices, JMAPUser) async throws -> Void) async throws {
    try await withTestStore { test in
        let address = try address("ana@example.test")
        let id = try await test.addAccount("\(address)")
        try await body(JMAPServices(test), JMAPUser(account: AuthenticatedAccount(id: id, address: address)))
    }
}

extension JMAPServices {
    /// Those of a test's store.
    init(_ test: TestStore, limits: JMAPLimits = JMAPLimits()) {
        self.init(
            store: test.store, mailStore: test.mailStore, directory: test.directory,
            search: MailSearch(store: test.store, mailStore: test.mailStore), delivery: test.delivery,
            queue: test.queue, signal: QueueSignal(), limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { TestStore.now })
    }

    /// Calls one method, as a request with all capabilities does.
    func call(_ method: JMAPMethod, _ arguments: JSONObject, _ user: JMAPUser) async throws -> JSONObject {
        var call = JMAPCall(services: self, user: user, using: Set(JMAPCapability.allCases))
        return try await method.run(JMAPArguments(arguments), &call)
    }
}
