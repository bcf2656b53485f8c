internal import Glibc
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization

/// The server's end of the control socket: a Unix socket that only the server's own user and root may use.
///
/// Each command that connects has a thread of a small pool, since commands are few and may take long.
package final class AdminServer: Service {
    private let socketPath: String
    private let service: AdminService
    private let listener = Mutex<Int32?>(nil)
    private let threads = NIOThreadPool(numberOfThreads: AdminServer.conversationsMax + 1)

    /// Commands that are served at one time; others wait.
    private static let conversationsMax = 4
    /// A command that says nothing for so long is dropped.
    private static let silenceSeconds = 10
    /// Progress is told at most so often.
    private static let progressMilliseconds: Int64 = 100

    /// Does not listen yet.
    package init(socketPath: String, service: AdminService) {
        self.socketPath = socketPath
        self.service = service
    }

    /// Binds the socket, so that whoever starts the server knows that it listens. A file left by a killed server is
    /// replaced: the store's lock, which the caller holds, says that there is no other server.
    package func start() throws {
        guard let descriptor = AdminServer.listening(at: socketPath) else {
            throw AdminFailure(
                "cannot listen on the control socket \(socketPath): \(String(cString: strerror(errno)))",
                advice: "its path must be shorter than 108 octets, and its folder writable")
        }
        listener.withLock { $0 = descriptor }
    }

    private static func listening(at path: String) -> Int32? {
        guard var address = AdminSocket.address(path) else {
            errno = ENAMETOOLONG
            return nil
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        unlink(path)
        // From its first moment nobody else may connect.
        let before = umask(0o177)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        umask(before)
        guard bound == 0, listen(descriptor, 16) == 0 else {
            let number = errno
            close(descriptor)
            errno = number
            return nil
        }
        return descriptor
    }

    /// Serves until the graceful stop.
    package func run() async throws {
        if listener.withLock({ $0 }) == nil { try start() }
        threads.start()
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                while let connection = await accept() {
                    group.addTask { await self.serve(connection) }
                }
            }
        } onCancelOrGracefulShutdown: {
            self.stopListening()
        }
        try? await threads.shutdownGracefully()
    }

    private func stopListening() {
        listener.withLock { descriptor in
            // Wakes the thread that waits in accept, which then closes it.
            if let descriptor { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// The next connection; nil when it is time to stop.
    private func accept() async -> Int32? {
        guard let descriptor = listener.withLock({ $0 }) else { return nil }
        let connection = try? await threads.runIfActive { () -> Int32 in
            while true {
                let connection = Glibc.accept(descriptor, nil, nil)
                if connection >= 0 {
                    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                    return connection
                }
                if errno != EINTR, errno != ECONNABORTED { return connection }
            }
        }
        if let connection, connection >= 0 { return connection }
        listener.withLock { $0 = nil }
        close(descriptor)
        unlink(socketPath)
        return nil
    }

    private func serve(_ descriptor: Int32) async {
        let channel = AdminChannel(AdminSocket(descriptor: descriptor))
        guard let user = channel.peerUser, user == geteuid() || user == 0 else { return }
        channel.setTimeout(seconds: AdminServer.silenceSeconds)
        while true {
            let json = try? await threads.runIfActive { channel.receive() }
            guard let json = json ?? nil else { return }
            guard let request = try? AdminFrame.decoded(AdminRequest.self, json) else {
                channel.send(
                    .failed(
                        problem: "the server does not understand this command",
                        advice: "use the same version of paloma as the server"))
                return
            }
            channel.send(
                request.endsWithItsClient
                    ? await answerWhileWaited(request, channel) : await answer(request, channel))
        }
    }

    private func answer(_ request: AdminRequest, _ channel: AdminChannel) async -> AdminAnswer {
        let last = Mutex<Int64>(0)
        do throws(AdminFailure) {
            let result = try await service.perform(request) { step in
                let now = AdminServer.milliseconds()
                let isDue = last.withLock { last in
                    guard now - last >= AdminServer.progressMilliseconds else { return false }
                    last = now
                    return true
                }
                if isDue { channel.send(step) }
            }
            return .done(result)
        } catch {
            return .failed(problem: error.problem, advice: error.advice)
        }
    }

    /// How often it is looked whether the command still waits.
    private static let lookMilliseconds: Int64 = 200

    /// The work is cancelled when the command is gone.
    private func answerWhileWaited(_ request: AdminRequest, _ channel: AdminChannel) async -> AdminAnswer {
        await withTaskGroup(of: AdminAnswer?.self) { group in
            group.addTask { await self.answer(request, channel) }
            group.addTask {
                while !channel.isAbandoned {
                    do { try await Task.sleep(for: .milliseconds(AdminServer.lookMilliseconds)) } catch { break }
                }
                return nil
            }
            var answer = AdminAnswer.failed(problem: "nobody waits", advice: "")
            for await ended in group {
                if let ended { answer = ended }
                group.cancelAll()
            }
            return answer
        }
    }

    private static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// A socket that is shared by the thread that reads it and the one that answers.
private final class AdminChannel: Sendable {
    private let socket: AdminSocket
    private let sending = Mutex(())

    init(_ socket: consuming AdminSocket) { self.socket = socket }

    var peerUser: uid_t? { socket.peerUser }
    func setTimeout(seconds: Int) { socket.setTimeout(seconds: seconds) }
    func receive() -> [UInt8]? { socket.receive() }

    /// Whether the other side has closed.
    var isAbandoned: Bool { socket.isAbandoned }

    func send(_ answer: AdminAnswer) {
        guard let octets = try? AdminFrame.encoded(answer) else { return }
        sending.withLock { _ in _ = socket.send(octets) }
    }
}
