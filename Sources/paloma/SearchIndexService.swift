import CoreMetrics
import Logging
import MailSearch
import ServiceLifecycle

/// Keeps the search index up to date while the server runs, and tells how far it is.
struct SearchIndexService: Service {
    let search: MailSearch
    let logger: Logger
    /// Between two looks at the index's size.
    private static let meterSeconds = 15

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await search.run { error in
                        logger.warning("indexing failed; searches read instead", metadata: ["error": "\(error)"])
                    }
                }
                group.addTask { await measure() }
            }
        }
        search.close()
    }

    private func measure() async {
        let waiting = Meter(label: "paloma_search_waiting_messages")
        let octets = Meter(label: "paloma_search_index_bytes")
        while !Task.isCancelled {
            waiting.set(search.waiting)
            octets.set(search.indexOctets)
            try? await Task.sleep(for: .seconds(Self.meterSeconds))
        }
    }
}
