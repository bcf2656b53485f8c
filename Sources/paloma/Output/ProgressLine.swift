import Admin
import Synchronization
import TerminalOutput

/// The progress bar of a request on standard error, told from any thread.
final class ProgressLine: Sendable {
    private let bar: Mutex<ProgressBar>
    private let terminal = Terminal(.errors)

    init(title: String, unit: ProgressBar.Unit) {
        bar = Mutex(
            ProgressBar(title: title, unit: unit, terminal: terminal, nowMilliseconds: ProgressLine.milliseconds()))
    }

    /// Shows a step.
    func show(_ answer: AdminAnswer) {
        switch answer {
        case .progress(let done, let total):
            bar.withLock { $0.update(done: done, total: total, nowMilliseconds: ProgressLine.milliseconds()) }
        case .note(let text):
            bar.withLock { $0.finish() }
            terminal.line(DisplayText.printable(text))
        case .done, .failed:
            break
        }
    }

    /// Takes the bar away.
    func finish() { bar.withLock { $0.finish() } }

    private static let start = ContinuousClock.now

    private static func milliseconds() -> Int64 {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
