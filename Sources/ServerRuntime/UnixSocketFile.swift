import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The file of a Unix socket.
struct UnixSocketFile {
    let path: String
    let permissions: UInt32

    enum Obstacle: Error, Equatable {
        /// Something else has the name; we do not remove what is not ours.
        case notASocket
        /// A server answers there.
        case inUse
        case failed(errno: Int32)
    }

    /// Removes what a server that did not stop cleanly left behind: only a socket, and only when nobody answers on it.
    func removeStale(group: any EventLoopGroup) async throws {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw Obstacle.failed(errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw Obstacle.notASocket }
        do {
            let channel = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
            try? await channel.close().get()
            throw Obstacle.inUse
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            guard unlink(path) == 0 || errno == ENOENT else { throw Obstacle.failed(errno: errno) }
        }
    }

    func setPermissions() throws {
        guard chmod(path, mode_t(permissions)) == 0 else { throw Obstacle.failed(errno: errno) }
    }

    /// Which file the name means now: to remove at the end our socket and no successor's.
    var identity: UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK ? UInt64(status.st_ino) : nil
    }

    func remove(ifStill identity: UInt64?) {
        guard let identity, self.identity == identity else { return }
        unlink(path)
    }
}
