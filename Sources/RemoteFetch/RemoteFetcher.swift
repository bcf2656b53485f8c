package import Delivery
package import Directory
package import Logging
internal import MailCore
internal import MailStore
package import NIOCore
package import RemoteAccounts
package import RemoteLinks
internal import ServerRuntime
package import Storage
internal import Synchronization

/// Brings the mail of the users' accounts elsewhere home.
///
/// A message is delivered like any other, and that it was fetched is written down in the same transaction: whatever ends
/// a run, the next one fetches none twice and loses none (docs/decisions/0031-fetching.md).
package final class RemoteFetcher: Sendable {
    /// What a run brought.
    package struct Tally: Sendable, Hashable {
        /// Messages that were filed.
        package var messages: Int64 = 0
        /// Their octets.
        package var octets: Int64 = 0
        /// What was left there, and why.
        package var remarks: [String] = []
    }

    /// An account elsewhere.
    private struct Key: Hashable {
        let account: AccountID
        let remote: Int64

        init(_ remote: RemoteAccount) {
            account = remote.account
            self.remote = remote.remote
        }
    }

    /// The accounts.
    package let accounts: RemoteAccounts
    private let parts: FetchParts
    private let logins: RemoteLogins
    private let directory: Directory
    private let executors: [LoopExecutor]
    private let logger: Logger
    private let alarm = FetchAlarm()
    private let running = Mutex<Set<Key>>([])
    /// Those of them that wait for news, with what ends that.
    private let watching = Mutex<[Key: @Sendable () -> Void]>([:])

    /// Nothing runs yet.
    package init(
        store: Store, directory: Directory, delivery: Delivery, group: any EventLoopGroup,
        limits: FetchLimits = FetchLimits(), now: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        accounts = RemoteAccounts(store: store)
        parts = FetchParts(
            store: store, accounts: accounts, delivery: delivery, limits: limits, metrics: FetchMetrics(), now: now)
        logins = RemoteLogins(parts)
        self.directory = directory
        executors = group.makeIterator().map { LoopExecutor($0) }
        self.logger = logger
    }

    // MARK: The schedule

    /// Looks again who is due: an account was added, or changed.
    package func wake() { alarm.raise() }

    /// Looks for mail whenever an account is due, until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let pause = await startDue { remote in
                    group.addTask { _ = try? await self.perform(remote, FetchReport(), .scheduled) }
                }
                await alarm.wait(seconds: pause, on: executors[0].loop)
            }
            group.cancelAll()
        }
    }

    private static let pauseSecondsMax: Int64 = 60

    /// - Returns: in how many seconds to look again.
    private func startDue(_ start: (RemoteAccount) -> Void) async -> Int64 {
        let all: [RemoteAccount]
        do {
            all = try await accounts.list(nil)
        } catch {
            logger.error("accounts to fetch from not read", metadata: ["error": "\(error)"])
            return Self.pauseSecondsMax
        }
        parts.metrics.count(all)
        let now = parts.now()
        var next = now + Self.pauseSecondsMax
        for remote in all.sorted(by: { $0.state.nextRun < $1.state.nextRun }) {
            if remote.settings.pollSeconds == 0 || isWatched(remote) { continue }
            if remote.state.nextRun > now {
                next = min(next, remote.state.nextRun)
            } else if claim(remote, among: parts.limits.runsMax) {
                start(remote)
            }
        }
        return max(1, next - now)
    }

    private func claim(_ remote: RemoteAccount, among runsMax: Int) -> Bool {
        let watched = watching.withLock { $0.count }
        return running.withLock { running in
            guard running.count - watched < runsMax else { return false }
            return running.insert(Key(remote)).inserted
        }
    }

    // MARK: One run

    /// Looks for mail at once, whenever it is due.
    ///
    /// - Throws: `RemoteFailure`.
    package func fetchNow(_ remote: RemoteAccount, report: FetchReport) async throws(RemoteFailure) -> Tally {
        await endWatch(of: remote)
        guard claim(remote, among: .max) else { throw .here("“\(remote.name)” is being fetched at this moment") }
        return try await perform(remote, report, .asked)
    }

    /// Why an account is looked at.
    private enum Occasion {
        /// It is due; the run may go on with IDLE.
        case scheduled
        /// Somebody waits for the end.
        case asked
    }

    private func isWatched(_ remote: RemoteAccount) -> Bool {
        watching.withLock { $0[Key(remote)] != nil }
    }

    /// Ends a run that waits for news: the account goes, changes, or is looked at by hand.
    package func endWatch(of remote: RemoteAccount) async {
        let interrupt = watching.withLock { $0[Key(remote)] }
        guard let interrupt else { return }
        interrupt()
        // The server answers DONE and LOGOUT at once, or is not waited for.
        for _ in 0..<100 where running.withLock({ $0.contains(Key(remote)) }) {
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func watch(_ remote: RemoteAccount) -> FetchWatch {
        let key = Key(remote)
        return FetchWatch(
            began: { interrupt in self.watching.withLock { $0[key] = interrupt } },
            ended: { self.watching.withLock { _ = $0.removeValue(forKey: key) } },
            lookedAt: { intake, remarks in
                let tally = Tally(messages: intake.messages, octets: intake.octets, remarks: remarks)
                await self.note(tally, nil, remote)
                self.alarm.raise()
            })
    }

    /// Runs what was claimed, and writes down how it went.
    private func perform(
        _ remote: RemoteAccount, _ report: FetchReport, _ occasion: Occasion
    ) async throws(RemoteFailure) -> Tally {
        defer {
            running.withLock { _ = $0.remove(Key(remote)) }
            alarm.raise()
        }
        let executor = executors[Int(remote.remote.magnitude % UInt64(executors.count))]
        let (tally, failure) = await withTaskExecutorPreference(executor) {
            await self.fetch(remote, report, occasion, executor)
        }
        await note(tally, failure, remote)
        if let failure { throw failure }
        return tally
    }

    nonisolated(nonsending)
        private func fetch(
            _ remote: RemoteAccount, _ report: FetchReport, _ occasion: Occasion, _ executor: LoopExecutor
        ) async -> (Tally, RemoteFailure?)
    {
        var tally = Tally()
        do {
            guard let account = try await directory.account(remote.account) else {
                return (tally, .here("the account is gone"))
            }
            var intake = MessageIntake(remote, quotaBytes: account.quotaBytes, parts)
            var failure: RemoteFailure?
            do throws(RemoteFailure) {
                try await run(remote, &intake, report, occasion, executor, &tally)
            } catch {
                failure = error
            }
            await intake.abandon()
            tally.messages = intake.messages
            tally.octets = intake.octets
            return (tally, failure)
        } catch {
            return (tally, .here("\(error)"))
        }
    }

    nonisolated(nonsending)
        private func run(
            _ remote: RemoteAccount, _ intake: inout MessageIntake, _ report: FetchReport, _ occasion: Occasion,
            _ executor: LoopExecutor, _ tally: inout Tally
        ) async throws(RemoteFailure)
    {
        switch remote.settings.service {
        case .pop3:
            let mailbox = try await LocalMailboxes(parts.store, remote.account, parts.now)
                .mailbox(named: remote.settings.mailbox, specialUse: nil)
            var fetch = try await logins.loggedIn(remote, on: executor) {
                credentials async throws(RemoteFailure) in
                try await POP3Fetch(remote, credentials, into: mailbox, parts, on: executor)
            }
            do throws(RemoteFailure) {
                try await fetch.run(&intake, report)
            } catch {
                tally.remarks = fetch.remarks
                throw error
            }
            tally.remarks = fetch.remarks
        case .imap:
            var fetch = try await logins.loggedIn(remote, on: executor) {
                credentials async throws(RemoteFailure) in
                try await IMAPFetch(remote, credentials, parts, on: executor)
            }
            do throws(RemoteFailure) {
                try await fetch.run(&intake, report, watching: occasion == .scheduled ? watch(remote) : nil)
            } catch {
                tally.remarks = fetch.remarks
                throw error
            }
            tally.remarks = fetch.remarks
        }
    }

    private func note(_ tally: Tally, _ failure: RemoteFailure?, _ remote: RemoteAccount) async {
        let now = parts.now()
        var state = remote.state
        state.lastRun = now
        state.messages += tally.messages
        state.octets += tally.octets
        if failure != .cancelled {
            state.failures = failure == nil ? 0 : state.failures + 1
            state.lastError = failure.map { "\($0)" } ?? tally.remarks.joined(separator: "; ")
            if failure == nil { state.lastSuccess = now }
            state.nextRun =
                now
                + RemoteAccount.pauseSeconds(
                    afterFailures: state.failures, pollSeconds: remote.settings.pollSeconds)
        }
        do {
            try await accounts.setState(state, of: remote)
        } catch {
            logger.error("state of fetching not written", metadata: ["error": "\(error)"])
        }
        var metadata: Logger.Metadata = [
            "account": "\(remote.account.rawValue)", "from": "\(remote.settings.host)",
            "messages": "\(tally.messages)", "octets": "\(tally.octets)",
        ]
        if let failure {
            metadata["error"] = "\(failure)"
            parts.metrics.broken()
            logger.warning("fetching failed", metadata: metadata)
        } else {
            parts.metrics.done()
            logger.info("fetched", metadata: metadata)
        }
    }
}
