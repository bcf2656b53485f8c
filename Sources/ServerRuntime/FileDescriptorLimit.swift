#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The number of files and sockets that the process may have open.
public enum FileDescriptorLimit {
    /// Raises the soft limit to the hard one, and returns what it is then. Connections and the store share it.
    @discardableResult
    public static func raise() -> UInt64 {
        var limit = rlimit()
        let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        if limit.rlim_cur < limit.rlim_max {
            var wanted = limit
            wanted.rlim_cur = limit.rlim_max
            if setrlimit(resource, &wanted) == 0 { return UInt64(wanted.rlim_cur) }
        }
        return UInt64(limit.rlim_cur)
    }
}
