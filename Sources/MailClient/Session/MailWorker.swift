package import SASL
package import ServerRuntime
internal import Synchronization

/// Keeps an account's connection: does what it is given, one thing after the other, listens for news in between, and
/// connects again when the connection breaks.
package final class MailWorker: Sendable {
    /// What is done with the session. A failure of the connection ends the session; any other is told.
    package typealias Job = @Sendable (inout MailSession) async throws -> Void

    /// What the worker tells, from its own thread.
    package enum Event: Sendable {
        /// A session has begun, with no folder open.
        case online
        case offline(MailFailure)
        /// Something changed in the open folder.
        case changed([MailSession.Change])
        /// A job did not succeed.
        case failed(MailFailure)
    }

    private struct State {
        var jobs: [Job] = []
        var interruption: (@Sendable () -> Void)?
        var isOver = false
    }

    private let account: MailAccount
    private let secret: SecretBytes
    private let executor: LoopExecutor
    private let state = Mutex(State())

    /// Jobs that wait, while nobody is there to do them.
    private static let jobsMax = 10_000
    /// Seconds between tries to connect.
    private static let pauses: [Int64] = [1, 2, 5, 10, 30]

    package init(_ account: MailAccount, _ secret: SecretBytes, on executor: LoopExecutor) {
        self.account = account
        self.secret = secret
        self.executor = executor
    }

    /// Has something done, in its turn.
    package func submit(_ job: @escaping Job) {
        let interrupt = state.withLock { state in
            if state.jobs.count < Self.jobsMax { state.jobs.append(job) }
            return state.interruption
        }
        interrupt?()
    }

    /// Ends `run`, when what was submitted is done.
    package func end() {
        let interrupt = state.withLock { state in
            state.isOver = true
            return state.interruption
        }
        interrupt?()
    }

    private var isOver: Bool { state.withLock { $0.isOver && $0.jobs.isEmpty } }

    private func nextJob() -> Job? {
        state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
    }

    /// Works until `end`, or until a login is refused.
    package func run(_ report: @escaping @Sendable (Event) -> Void) async {
        await withTaskExecutorPreference(executor) {
            var failures = 0
            while !isOver {
                do {
                    var session = try await MailSession.open(account, secret, on: executor)
                    failures = 0
                    state.withLock { $0.interruption = session.interruption }
                    defer { state.withLock { $0.interruption = nil } }
                    report(.online)
                    try await work(&session, report)
                    await session.logOut()
                } catch {
                    let failure = (error as? MailFailure) ?? MailFailure(.here, "\(error)")
                    report(.offline(failure))
                    if failure.kind == .login || state.withLock({ $0.isOver }) { return }
                    let pause = Self.pauses[min(failures, Self.pauses.count - 1)]
                    failures += 1
                    try? await Task.sleep(for: .seconds(pause))
                }
            }
        }
    }

    private func work(_ session: inout MailSession, _ report: @Sendable (Event) -> Void) async throws {
        while !isOver {
            // Before the queue is looked at: what is submitted from here on interrupts the wait.
            session.forgetInterruption()
            if let job = nextJob() {
                do {
                    try await job(&session)
                } catch let failure as MailFailure where failure.kind != .connection {
                    report(.failed(failure))
                }
            } else if !isOver {
                try await session.waitForNews(seconds: MailClientLimits.idleSecondsMax)
            }
            let changes = session.takeChanges()
            if !changes.isEmpty { report(.changed(changes)) }
        }
    }
}
