import NIOCore
import Synchronization

@testable import ServerRuntime

/// What a toy session can be asked.
enum ToyQuestion {
    case echo(String)
    /// Waits until the test opens the gate.
    case wait
    /// Writes so many pieces of 16 KiB.
    case pieces(Int)
    /// Tells of a wake-up, by a question.
    case news
}

/// What tests see of sessions, and what sessions wait for.
final class ToyWorld: Sendable {
    private let waiting = Mutex<[UnsafeContinuation<Void, Never>]>([])
    private let endings = AsyncStream.makeStream(of: SessionEnd.self)
    let ended = Mutex<[SessionEnd]>([])
    let piecesWritten = Atomic<Int>(0)
    let secured = Mutex<TLSInformation?>(nil)
    /// The octets of every line, as they were taken.
    let taken = Atomic<Int>(0)

    func wait() async {
        await withUnsafeContinuation { continuation in waiting.withLock { $0.append(continuation) } }
    }

    var waitingCount: Int { waiting.withLock { $0.count } }

    func open() {
        let all = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for continuation in all { continuation.resume() }
    }

    func end(_ end: SessionEnd) {
        ended.withLock { $0.append(end) }
        endings.continuation.yield(end)
    }

    /// The next session that ends.
    func nextEnd() async -> SessionEnd? {
        for await end in endings.stream { return end }
        return nil
    }
}

/// A line protocol with everything that the driver offers.
///
/// `ECHO x` at once, `LATER x` by a question, `WAIT` until the world opens, `PIECES n` a long answer, `STARTTLS`, `DEFLATE`,
/// `BEGIN` and `END` a transaction, `ASKING` makes wake-ups ask a question, `EAT` takes all octets that follow, `QUIT`.
final class ToySession: ConnectionSession {
    private let world: ToyWorld
    private let info: ConnectionInfo
    private(set) var isIdle = true
    private var isSecured = false
    private var asksWhenWoken = false
    private var eats = false

    init(_ world: ToyWorld, _ info: ConnectionInfo) {
        self.world = world
        self.info = info
    }

    var readTimeoutSeconds: Int64 { 60 }

    func begin(replies: inout ByteBuffer) -> ConnectionStep<ToyQuestion> {
        replies.writeString("HELLO\r\n")
        return .proceed
    }

    func wake(replies: inout ByteBuffer) -> ConnectionStep<ToyQuestion> {
        if asksWhenWoken { return .ask(.news) }
        replies.writeString("NEWS\r\n")
        return .needInput
    }

    func receive(_ input: inout ByteBuffer, replies: inout ByteBuffer) -> ConnectionStep<ToyQuestion> {
        if eats {
            world.taken.add(input.readableBytes, ordering: .relaxed)
            input.clear()
            return .needInput
        }
        guard let newline = input.readableBytesView.firstIndex(of: 10),
            let line = input.readString(length: newline - input.readerIndex + 1)
        else { return .needInput }
        let words = line.dropLast().split(separator: " ", maxSplits: 1)
        let argument = words.count > 1 ? String(words[1]) : ""
        switch words.first.map(String.init) {
        case "ECHO":
            replies.writeString(argument + "\r\n")
            return .proceed
        case "LATER": return .ask(.echo(argument))
        case "WAIT": return .ask(.wait)
        case "PIECES": return .ask(.pieces(Int(argument) ?? 0))
        case "BEGIN", "END":
            isIdle = words.first == "END"
            replies.writeString("OK\r\n")
            return .proceed
        case "STARTTLS":
            replies.writeString("GO\r\n")
            return .startTLS
        case "DEFLATE":
            replies.writeString("SQUEEZE\r\n")
            return .startCompression
        case "ASKING":
            asksWhenWoken = true
            return .proceed
        case "EAT":
            eats = true
            return .proceed
        case "QUIT":
            replies.writeString("BYE\r\n")
            return .close
        default:
            replies.writeString("WHAT\r\n")
            return .proceed
        }
    }

    func perform(_ question: ToyQuestion, replies: ReplyWriter) async -> ConnectionStep<ToyQuestion> {
        switch question {
        case .echo(let text):
            replies.append(ByteBuffer(string: text + "\r\n"))
        case .wait:
            await world.wait()
            replies.append(ByteBuffer(string: Task.isCancelled ? "CANCELLED\r\n" : "WAITED\r\n"))
        case .pieces(let count):
            for _ in 0..<count {
                do {
                    try await replies.write(ByteBuffer(repeating: 0x78, count: 16 * 1024))
                } catch {
                    return .close
                }
                world.piecesWritten.add(1, ordering: .relaxed)
            }
            replies.append(ByteBuffer(string: "\r\n"))
        case .news:
            await world.wait()
            replies.append(ByteBuffer(string: "NEWS\r\n"))
        }
        return .proceed
    }

    func tlsEstablished(_ information: TLSInformation) {
        isSecured = true
        world.secured.withLock { $0 = information }
    }

    func farewell(_ reason: Farewell, replies: inout ByteBuffer) {
        replies.writeString("FAREWELL \(reason.rawValue)\r\n")
    }

    func ended(_ end: SessionEnd) {
        world.end(end)
    }
}
