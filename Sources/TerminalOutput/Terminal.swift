internal import Glibc

/// Where output goes: a screen with its width, or a file or pipe.
package struct Terminal: Sendable {
    /// The two streams.
    package enum Stream: Int32, Sendable {
        /// Results.
        case output = 1
        /// Messages and progress.
        case errors = 2
    }

    /// Which stream.
    package let stream: Stream
    /// Whether a person looks at it.
    package let isScreen: Bool
    /// How text may be dressed.
    package let style: TextStyle
    /// The width of the screen; nil when it is none.
    package let columns: Int?

    /// What the process's own stream is; `NO_COLOR` (https://no-color.org) and `TERM=dumb` are heeded.
    package init(_ stream: Stream) {
        let isScreen = isatty(stream.rawValue) == 1
        let isDumb = Terminal.environment("TERM") == "dumb"
        let refusesColour = !(Terminal.environment("NO_COLOR") ?? "").isEmpty
        var size = winsize()
        let known = ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        self.init(
            stream: stream, isScreen: isScreen && !isDumb,
            style: isScreen && !isDumb && !refusesColour ? .coloured : .plain,
            columns: isScreen ? (known ? Int(size.ws_col) : 80) : nil)
    }

    /// As told, for tests.
    package init(stream: Stream, isScreen: Bool, style: TextStyle, columns: Int?) {
        self.stream = stream
        self.isScreen = isScreen
        self.style = style
        self.columns = columns
    }

    /// Writes the whole text; what the reader of a closed pipe misses is its own affair.
    package func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(stream.rawValue, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes the text and a line end.
    package func line(_ text: String = "") { write(text + "\n") }

    /// A variable of the environment.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
