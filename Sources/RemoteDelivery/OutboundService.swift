package import Logging
package import MailTrace
internal import ServiceLifecycle

/// Outgoing mail as a service of the server: what is on its way when the server stops may end, for a moment.
package struct OutboundService: Service {
    private let outbound: Outbound
    private let policies: MTASTSPolicies
    private let trace: MailTrace
    private let traceDays: Int
    private let logger: Logger
    private let now: @Sendable () -> Int64

    /// How long a stop waits for transactions under way; what is cut then stays in the queue.
    private static let stopSeconds = 10
    /// How often what is too old is taken out of the trace.
    private static let pruneSeconds = 3600

    /// Puts the parts together.
    package init(
        _ outbound: Outbound, policies: MTASTSPolicies, trace: MailTrace, traceDays: Int,
        now: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.outbound = outbound
        self.policies = policies
        self.trace = trace
        self.traceDays = traceDays
        self.now = now
        self.logger = logger
    }

    package func run() async throws {
        await withTaskGroup { group in
            group.addTask { await prune() }
            group.addTask { await cancelWhenGracefulShutdown { await policies.run() } }
            await work()
            group.cancelAll()
        }
    }

    /// Until nothing is under way after a stop, or the stop has waited long enough.
    private func work() async {
        let (stops, stop) = AsyncStream<Void>.makeStream()
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await outbound.run() }
                group.addTask {
                    for await _ in stops {
                        await outbound.stop()
                        try? await Task.sleep(for: .seconds(Self.stopSeconds))
                        return
                    }
                }
                await group.next()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            stop.yield()
        }
    }

    private func prune() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: .seconds(Self.pruneSeconds)) } catch { return }
                do {
                    while try await trace.prune(before: now() - Int64(traceDays) * 86_400) {}
                } catch {
                    logger.error("trace not pruned", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
