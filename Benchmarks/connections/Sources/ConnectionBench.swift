import Glibc
import Logging
import NIOCore
import NIOPosix
import ServerRuntime

/// Measures how much larger idle connections make the process, protocol and TLS aside.
///
///     connection-bench CONNECTIONS TALK     what the clients say before they fall silent
@main
struct ConnectionBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[1]), count > 0, let talk = Talk(rawValue: arguments[2])
        else {
            print("usage: connection-bench CONNECTIONS \(Talk.allCases.map(\.rawValue).joined(separator: "|"))")
            exit(64)
        }
        guard FileDescriptorLimit.raise() >= 2 * count + 100 else {
            print("connection-bench: \(2 * count + 100) descriptors are not allowed")
            exit(77)
        }
        // What the first connections leave behind is nobody's.
        _ = try await measure(1, .greeted)
        print("\(talk.rawValue): \(try await measure(count, talk)) octets for each connection")
    }

    private enum Talk: String, CaseIterable {
        /// Nothing.
        case greeted
        /// 20 commands.
        case commands
        /// A line of 1 MiB, then 20 commands.
        case large
        /// 20 commands, compressed.
        case compressing
        /// 20 commands, compressed, 3 seconds before the next clients come.
        case compressed

        var isCompressed: Bool { self == .compressing || self == .compressed }
    }

    private static func measure(_ count: Int, _ talk: Talk) async throws -> Int {
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        var gate = GateLimits()
        gate.connectionsMax = count + 10
        let server = Server(
            configuration: ListenerConfiguration(name: "bench", address: .tcp(host: "127.0.0.1", port: 0)) { _ in "" },
            group: MultiThreadedEventLoopGroup.singleton, gate: ConnectionGate(limits: gate), logger: logger,
            makeSession: { _ in LineSession() })
        try await server.start()
        guard let port = server.localAddress?.port else { fatalError("no port") }
        let before = resident()
        var clients: [Client] = []
        for _ in 0..<10 {
            let fresh = (0..<max(1, count / 10)).map { _ in Client(port: UInt16(port)) }
            for client in fresh { client.hear(lines: 1) }
            if talk != .greeted {
                for client in fresh { client.talk(isLarge: talk == .large, isCompressed: talk.isCompressed) }
            }
            if talk == .compressed { try await Task.sleep(for: .seconds(3)) }
            clients += fresh
        }
        let after = resident()
        for client in clients { client.close() }
        await server.stop()
        return (after - before) / clients.count
    }

    private static func resident() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        guard fgets(&line, 200, file) != nil else { return 0 }
        let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self).split(separator: " ")
        return (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Answers each line by `OK`; `DEFLATE` compresses.
private final class LineSession: ConnectionSession {
    typealias Question = Never

    var readTimeoutSeconds: Int64 { 3600 }
    var isIdle: Bool { true }

    func begin(replies: inout ByteBuffer) -> ConnectionStep<Never> {
        replies.writeString("OK hello\r\n")
        return .proceed
    }

    func receive(_ input: inout ByteBuffer, replies: inout ByteBuffer) -> ConnectionStep<Never> {
        guard let end = input.readableBytesView.firstIndex(of: 10) else {
            // A message's octets, taken as they come.
            if input.readableBytes > 1000 { input.clear() }
            return .needInput
        }
        let isDeflate = input.readableBytesView.starts(with: "DEFLATE".utf8)
        input.moveReaderIndex(to: end + 1)
        replies.writeString("OK done\r\n")
        return isDeflate ? .startCompression : .proceed
    }

    func perform(_ question: Never, replies: ReplyWriter) async -> ConnectionStep<Never> {}
    func tlsEstablished(_ information: TLSInformation) {}
    func farewell(_ reason: Farewell, replies: inout ByteBuffer) {}
    func ended(_ end: SessionEnd) {}
}

/// A bare socket: nothing of it is in the server's memory.
private struct Client {
    private let descriptor: Int32

    init(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { fatalError("cannot connect: \(errno)") }
    }

    func talk(isLarge: Bool, isCompressed: Bool) {
        if isLarge { say([UInt8](repeating: 0x78, count: (1 << 20) - 1) + [10], lines: 1) }
        if isCompressed { say(Array("DEFLATE\n".utf8), lines: 1) }
        for _ in 0..<20 { say(Array("what a client says\n".utf8), isStored: isCompressed) }
    }

    /// Says it, deflated as a stored block (RFC 1951 §3.2.4) if need be, and waits for something to come back.
    func say(_ octets: [UInt8], isStored: Bool) {
        let count = UInt16(octets.count)
        let block = [0, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)] + octets
        send(isStored ? block : octets)
        hear(lines: 0)
    }

    func say(_ octets: [UInt8], lines: Int) {
        send(octets)
        hear(lines: lines)
    }

    private func send(_ octets: [UInt8]) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { fatalError("cannot write: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads until so many lines have come, and at least once.
    func hear(lines: Int) {
        var room = [UInt8](repeating: 0, count: 4096)
        var heard = 0
        repeat {
            let count = read(descriptor, &room, room.count)
            guard count > 0 else { fatalError("cannot read: \(errno)") }
            heard += room.prefix(count).count { $0 == 10 }
        } while heard < lines
    }

    func close() { Glibc.close(descriptor) }
}
