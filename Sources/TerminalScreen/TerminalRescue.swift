internal import Glibc

/// The terminal's state before we took it, where signal handlers find it.
///
/// A signal handler may do little: here it writes a few octets, calls `tcsetattr`, and lets the signal do what it would
/// have done. What it reads was allocated before and is written by one thread only, before the handlers are installed;
/// `isTaken` is one octet.
enum TerminalRescue {
    private struct State {
        var before = termios()
        var isTaken = false
        var wakeUp: Int32 = -1
    }

    /// See above for why nobody races for it.
    nonisolated(unsafe) private static let state: UnsafeMutablePointer<State> = {
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        state.initialize(to: State())
        return state
    }()

    /// The alternate screen, no wrapping, pasted text in marks; and back. (xterm's control sequences)
    private static let takingText: StaticString = "\u{1B}[?1049h\u{1B}[?7l\u{1B}[?2004h\u{1B}[?25l"
    private static let givingText: StaticString = "\u{1B}[0m\u{1B}[?2004l\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// - Returns: whether there is a terminal whose state can be restored.
    static func remember() -> Bool {
        guard tcgetattr(STDIN_FILENO, &state.pointee.before) == 0 else { return false }
        for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
            install(signal) { number in
                TerminalRescue.leave()
                // The handler is gone with its first call: the signal does what it is for.
                raise(number)
            }
        }
        install(SIGWINCH, Int32(SA_RESTART)) { _ in
            let held = errno
            var word = UInt8(ascii: "w")
            _ = write(TerminalRescue.state.pointee.wakeUp, &word, 1)
            errno = held
        }
        return true
    }

    private static func install(
        _ signal: Int32, _ flags: Int32 = Int32(bitPattern: UInt32(SA_RESETHAND)),
        _ handler: @convention(c) (Int32) -> Void
    ) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = flags
        sigaction(signal, &action, nil)
    }

    static func setWakeUp(_ descriptor: Int32) { state.pointee.wakeUp = descriptor }

    static func enter() {
        var raw = state.pointee.before
        cfmakeraw(&raw)
        state.pointee.isTaken = true
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
        show(takingText)
    }

    /// Called from signal handlers, too.
    static func leave() {
        guard state.pointee.isTaken else { return }
        state.pointee.isTaken = false
        show(givingText)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &state.pointee.before)
    }

    private static func show(_ text: StaticString) {
        _ = write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }
}
