import Logging
import Synchronization

/// Remembers what is logged.
final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])

    /// `level message reason`, as far as there is one.
    var all: [String] { lines.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let reason = event.metadata?["reason"].map { " \($0)" } ?? ""
            recorder.lines.withLock { $0.append("\(event.level) \(event.message)\(reason)") }
        }
    }
}
