public import Logging

/// How log lines look.
public enum LogFormat: String, Sendable {
    /// `2026-11-21T06:12:03.123Z info  message accepted session=0k3j… size=4096`
    case human
    /// One JSON object per line, with `time`, `level`, `logger`, `message`, and the metadata.
    case json
}

/// Writes one line per event. Values that come from the network are escaped and cut; see ``LogEscaping``.
public struct StructuredLogHandler: LogHandler {
    /// Octets of one value, and of the message.
    public static let valueBytesMax = 1024
    /// Octets of all metadata of a line, about.
    public static let lineBytesMax = 8192

    /// Events below are not written.
    public var logLevel: Logger.Level
    /// Fields of every line of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Fields of the current task.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let sink: any LogSink
    private let clock: @Sendable () -> (seconds: Int, milliseconds: Int)
    private static let timestamp = LogTimestamp()

    /// For `LoggingSystem.bootstrap`: all handlers of a process share one sink.
    public init(label: String, format: LogFormat, level: Logger.Level, sink: any LogSink) {
        self.init(label: label, format: format, level: level, sink: sink, clock: LogTimestamp.now)
    }

    init(
        label: String, format: LogFormat, level: Logger.Level, sink: any LogSink,
        clock: @escaping @Sendable () -> (seconds: Int, milliseconds: Int)
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.sink = sink
        self.clock = clock
    }

    /// A field of this logger.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        let (seconds, milliseconds) = clock()
        switch format {
        case .human:
            StructuredLogHandler.timestamp.append(seconds: seconds, milliseconds: milliseconds, to: &line)
            line.append(contentsOf: " \(padded(event.level)) ".utf8)
            LogEscaping.appendText(event.message.description, to: &line, bytesMax: Self.valueBytesMax)
        case .json:
            line.append(contentsOf: "{\"time\":\"".utf8)
            StructuredLogHandler.timestamp.append(seconds: seconds, milliseconds: milliseconds, to: &line)
            line.append(contentsOf: "\",\"level\":\"\(event.level.rawValue)\",\"logger\":".utf8)
            LogEscaping.appendJSON(label, to: &line, bytesMax: Self.valueBytesMax)
            line.append(contentsOf: ",\"message\":".utf8)
            LogEscaping.appendJSON(event.message.description, to: &line, bytesMax: Self.valueBytesMax)
        }
        appendFields(event, to: &line)
        if format == .json { line.append(UInt8(ascii: "}")) }
        line.append(UInt8(ascii: "\n"))
        sink.write(line)
    }

    private func padded(_ level: Logger.Level) -> String {
        level.rawValue + String(repeating: " ", count: max(0, 5 - level.rawValue.utf8.count))
    }

    /// What is nearest to the event wins: its own fields, then the logger's, then the task's. The ids come first.
    private func appendFields(_ event: LogEvent, to line: inout [UInt8]) {
        var fields = metadataProvider?.get() ?? [:]
        if !metadata.isEmpty { fields.merge(metadata) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        for key in ["session", "message"] {
            if let value = fields.removeValue(forKey: key) { append(key, value, to: &line) }
        }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            if line.count > Self.lineBytesMax {
                append("truncated", "true", to: &line)
                return
            }
            append(key, value, to: &line)
        }
    }

    private func append(_ key: String, _ value: Logger.MetadataValue, to line: inout [UInt8]) {
        switch format {
        case .human:
            line.append(UInt8(ascii: " "))
            LogEscaping.appendHuman(key, to: &line, bytesMax: 64)
            line.append(UInt8(ascii: "="))
            LogEscaping.appendHuman(value.description, to: &line, bytesMax: Self.valueBytesMax)
        case .json:
            line.append(UInt8(ascii: ","))
            // The event's text has the name already.
            LogEscaping.appendJSON(key == "message" ? "message_id" : key, to: &line, bytesMax: 64)
            line.append(UInt8(ascii: ":"))
            LogEscaping.appendJSON(value.description, to: &line, bytesMax: Self.valueBytesMax)
        }
    }
}
