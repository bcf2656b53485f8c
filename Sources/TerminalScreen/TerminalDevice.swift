internal import Glibc
internal import NIOPosix
internal import Synchronization
internal import TerminalOutput

/// What a terminal tells.
package enum TerminalEvent: Sendable {
    case key(Key)
    /// It has another size, or shows something else.
    case changed
    /// Nobody is there any more.
    case ended
}

/// The terminal that the program runs in, as a screen of its own: raw input, the alternate screen.
///
/// It is given back as it was whatever happens: by `leave`, and by signal handlers when the program is ended or crashes.
package final class TerminalDevice: Sendable {
    private let reader: NIOThreadPool
    private let wakeUp: Int32
    private let wakeUpEnd: Int32
    private let isPaused = Mutex(false)

    /// - Throws: nothing is shown on a terminal here.
    package init() throws(NoTerminal) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, TerminalRescue.remember() else {
            throw NoTerminal()
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw NoTerminal() }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeUp = ends[0]
        wakeUpEnd = ends[1]
        TerminalRescue.setWakeUp(ends[1])
        reader = NIOThreadPool(numberOfThreads: 1)
        reader.start()
    }

    /// There is no terminal to fill.
    package struct NoTerminal: Error {}

    // MARK: The screen

    /// Takes the terminal.
    package func enter() {
        TerminalRescue.enter()
    }

    /// Gives it back as it was.
    package func leave() {
        TerminalRescue.leave()
    }

    /// Columns and rows.
    package var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Writes octets that a `ScreenPainter` made.
    package func write(_ text: String) {
        Terminal(.output).write(text)
    }

    /// Stops the program as Ctrl-Z does; returns when it goes on.
    package func suspend() {
        leave()
        raise(SIGTSTP)
        enter()
    }

    // MARK: Input

    /// Keys and changes, until `end`.
    package func events() -> AsyncStream<TerminalEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: TerminalEvent.self)
        reader.submit { _ in
            self.read(continuation)
            continuation.finish()
        }
        return stream
    }

    /// Another program has the keys, until `resume`. Keys that came before are taken first.
    package func pause() { isPaused.withLock { $0 = true }; wake(UInt8(ascii: "p")) }

    /// The keys are ours again.
    package func resume() { isPaused.withLock { $0 = false }; wake(UInt8(ascii: "r")) }

    /// Ends the stream of events.
    package func end() { wake(UInt8(ascii: "q")) }

    private func wake(_ word: UInt8) {
        var word = word
        _ = Glibc.write(wakeUpEnd, &word, 1)
    }

    /// How long a lone ESC waits for the rest of a sequence.
    private static let escapeMilliseconds: Int32 = 40

    private func read(_ continuation: AsyncStream<TerminalEvent>.Continuation) {
        var decoder = KeyDecoder()
        while true {
            let listens = isPaused.withLock { !$0 }
            var waits = [
                pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listens ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&waits, 2, decoder.isWaiting ? Self.escapeMilliseconds : -1)
            if count == 0 { for key in decoder.flush() { continuation.yield(.key(key)) } }
            guard count > 0 else { continue }
            if waits[0].revents != 0 {
                var words = [UInt8](repeating: 0, count: 64)
                let taken = Glibc.read(wakeUp, &words, words.count)
                if words.prefix(max(0, taken)).contains(UInt8(ascii: "q")) { return }
                if words.prefix(max(0, taken)).contains(UInt8(ascii: "w")) { continuation.yield(.changed) }
                continue
            }
            var octets = [UInt8](repeating: 0, count: 4_096)
            let taken = Glibc.read(STDIN_FILENO, &octets, octets.count)
            if taken < 0, errno == EINTR || errno == EAGAIN { continue }
            guard taken > 0 else {
                continuation.yield(.ended)
                return
            }
            for key in decoder.decode(octets.prefix(taken)) { continuation.yield(.key(key)) }
        }
    }
}
