internal import Glibc

/// A blocking stream over a Unix socket that carries `AdminFrame`s.
struct AdminSocket: ~Copyable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Connects; nil when nobody listens there.
    static func connect(path: String) -> AdminSocket? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard var address = AdminSocket.address(path) else {
            close(descriptor)
            return nil
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return AdminSocket(descriptor: descriptor)
    }

    static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { target in
            guard octets.count < target.count else { return false }
            target.copyBytes(from: octets)
            return true
        }
        return fits ? address : nil
    }

    /// The user at the other end.
    var peerUser: uid_t? {
        // struct ucred of the kernel: process, user, group; the C library hides it from us.
        var credentials: [UInt32] = [0, 0, 0]
        var length = socklen_t(3 * MemoryLayout<UInt32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
        return credentials[1]
    }

    /// Whether the peer has closed.
    var isAbandoned: Bool {
        var octet: UInt8 = 0
        return recv(descriptor, &octet, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    /// Gives up on a peer that is silent for so long.
    func setTimeout(seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Writes everything; false when the peer is gone.
    func send(_ octets: [UInt8]) -> Bool {
        var start = 0
        while start < octets.count {
            let count = octets.withUnsafeBytes { bytes in
                bytes.baseAddress.map {
                    Glibc.send(descriptor, $0 + start, bytes.count - start, Int32(MSG_NOSIGNAL))
                } ?? -1
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            start += count
        }
        return true
    }

    /// The JSON of the next frame; nil when the peer is gone or writes no frame.
    func receive() -> [UInt8]? {
        guard let head = exactly(4) else { return nil }
        let count = head.reduce(0) { $0 << 8 | Int($1) }
        guard count <= AdminFrame.octetsMax else { return nil }
        return exactly(count)
    }

    private func exactly(_ count: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        var start = 0
        while start < count {
            let got = octets.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { read(descriptor, $0 + start, count - start) } ?? -1
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return nil }
            start += got
        }
        return octets
    }
}
