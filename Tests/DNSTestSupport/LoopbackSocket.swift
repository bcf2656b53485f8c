import Foundation

/// Sockets of 127.0.0.1 for tests.
enum LoopbackSocket {
    struct Failure: Error {
        let what: String
        let code: Int32
    }

    static func bound(_ type: __socket_type, port: Int) throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(what: "socket", code: errno) }
        var address = loopback(port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withSockaddr(&address) { bind(descriptor, $0, length) }
        guard code == 0, withSockaddr(&address, { getsockname(descriptor, $0, &length) }) == 0 else {
            close(descriptor)
            throw Failure(what: "bind", code: errno)
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A port that is free for UDP and for TCP.
    static func freePort() throws -> Int {
        for _ in 0..<50 {
            let (udp, port) = try bound(SOCK_DGRAM, port: 0)
            defer { close(udp) }
            guard let (tcp, _) = try? bound(SOCK_STREAM, port: port) else { continue }
            close(tcp)
            return port
        }
        throw Failure(what: "no port is free", code: 0)
    }

    /// Sends octets over UDP; whether something came back within the time.
    static func answers(port: Int, to octets: [UInt8], milliseconds: Int32) -> Bool {
        guard let (descriptor, _) = try? bound(SOCK_DGRAM, port: 0) else { return false }
        defer { close(descriptor) }
        var address = loopback(port)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard withSockaddr(&address, { connect(descriptor, $0, length) }) == 0,
            send(descriptor, octets, octets.count, 0) == octets.count
        else { return false }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) == 1 else { return false }
        var answer = [UInt8](repeating: 0, count: 512)
        return recv(descriptor, &answer, answer.count, 0) > 0
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func withSockaddr<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }
}
