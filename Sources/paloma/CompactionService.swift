import Logging
import MailStore
import ServiceLifecycle
import Storage

/// Gives the space of expunged messages back from time to time.
struct CompactionService: Service {
    let store: Store
    let logger: Logger
    /// Between two looks.
    let seconds: Int64

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: .seconds(seconds))
                } catch {
                    return
                }
                await compact()
            }
        }
    }

    private func compact() async {
        do {
            try await MailStore(store: store).forgetOldExpunges()
            try await MailStore(store: store).settleThreads()
            try await MailStore(store: store).finishRemovals()
            let report = try await store.compact()
            for problem in report.problems {
                logger.error("segment not compacted", metadata: ["problem": "\(problem)"])
            }
            guard report.segments > 0 else { return }
            try await MailStore(store: store).forgetEmptyThreads()
            logger.info(
                "log compacted", metadata: ["segments": "\(report.segments)", "octets": "\(report.octetsFreed)"])
        } catch {
            logger.error("log not compacted", metadata: ["error": "\(error)"])
        }
    }
}
