import Glibc
import ServiceLifecycle
import UnixSignals

/// SIGTERM and Ctrl-C: the first begins the graceful stop, a second one ends the process at once, which loses nothing
/// that was acknowledged.
///
/// They are heard from `init` on, before the first listener is open: whoever can connect may send one the next moment.
struct StopSignals: Service {
    private let first: AsyncStream<Void>
    private let watcher: Task<Void, Never>

    init() async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let (first, heard) = AsyncStream.makeStream(of: Void.self)
        self.first = first
        watcher = Task {
            var isStopping = false
            for await signal in signals {
                if isStopping { Glibc._exit(128 + signal.rawValue) }
                isStopping = true
                heard.finish()
            }
        }
    }

    /// Returns when a signal came, or when something else stops the server.
    func run() async throws {
        for await _ in first.cancelOnGracefulShutdown() {}
    }
}
