import Synchronization
import UnixSignals

/// What ends a lab: Ctrl-C, SIGTERM, the end of the terminal. Heard from `init` on: no child may be left behind.
final class LabSignals: Sendable {
    private let heard = Atomic(false)

    init() async {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        Task {
            for await _ in signals { heard.store(true, ordering: .relaxed) }
        }
    }

    /// Whether one came.
    var haveCome: Bool { heard.load(ordering: .relaxed) }
}
