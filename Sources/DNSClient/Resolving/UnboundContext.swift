internal import CUnbound
internal import Glibc
internal import MailCore

/// Makes libunbound's context. After the first removed zone libunbound takes no more settings: that comes last.
enum UnboundContext {
    /// Questions that libunbound itself has on the wire at one time; its default for programs is 16.
    private static let socketsMax = 256
    /// The same over TCP, for answers that are too long for UDP.
    private static let tcpConnectionsMax = 32

    /// The caller frees it with `ub_ctx_delete`.
    static func make(_ configuration: DNSClientConfiguration) throws(DNSSetupError) -> OpaquePointer {
        guard let context = ub_ctx_create() else { throw DNSSetupError("libunbound can't be started") }
        do throws(DNSSetupError) {
            // Nothing to standard error: what failed is told by each answer.
            try check(ub_ctx_debugout(context, nil), "no output")
            try check(ub_ctx_async(context, 1), "a thread")
            try set(options(configuration), on: context)
            try setAnchors(configuration.trustAnchors, on: context)
            try setServers(configuration.servers, on: context)
        } catch {
            ub_ctx_delete(context)
            throw error
        }
        return context
    }

    private static func options(_ configuration: DNSClientConfiguration) -> [(String, String)] {
        let limits = configuration.limits
        var options = [
            ("num-queries-per-thread", "\(limits.lookupsMax)"),
            ("outgoing-range", "\(socketsMax)"),
            ("outgoing-num-tcp", "\(tcpConnectionsMax)"),
            ("msg-cache-size", "\(limits.cacheBytesMax)"),
            ("rrset-cache-size", "\(2 * limits.cacheBytesMax)"),
            ("key-cache-size", "\(limits.cacheBytesMax)"),
            // A server on this machine is a server like others: systemd-resolved, tests.
            ("do-not-query-localhost", "no"),
            // A server that was down is asked again with one question at a time, not left alone for a quarter of an hour.
            ("infra-keep-probing", "yes"),
            // Names of private addresses are asked for: the servers of a firm know them.
            ("unblock-lan-zones", "yes"),
        ]
        if case .opportunistic = configuration.trustAnchors { options.append(("harden-dnssec-stripped", "no")) }
        return options
    }

    private static func set(_ options: [(String, String)], on context: OpaquePointer) throws(DNSSetupError) {
        for (name, value) in options {
            try check(ub_ctx_set_option(context, "\(name):", value), "\(name): \(value)")
        }
    }

    private static func setAnchors(
        _ anchors: DNSClientConfiguration.TrustAnchors, on context: OpaquePointer
    ) throws(DNSSetupError) {
        switch anchors {
        case .none: return
        case .opportunistic(let files):
            for file in files where access(file, R_OK) == 0 { try check(ub_ctx_add_ta_file(context, file), file) }
        case .files(let files):
            for file in files {
                guard access(file, R_OK) == 0 else {
                    throw DNSSetupError("the trust anchor \(file) can't be read: \(String(cString: strerror(errno)))")
                }
                try check(ub_ctx_add_ta_file(context, file), file)
            }
        }
    }

    private static func setServers(
        _ servers: DNSClientConfiguration.Servers, on context: OpaquePointer
    ) throws(DNSSetupError) {
        switch servers {
        case .system(let resolvConf, _):
            // A file that cannot be read has no servers: the questions go to the root and down.
            ub_ctx_resolvconf(context, resolvConf)
            try finish(context)
        case .these(let endpoints):
            for endpoint in endpoints {
                try check(ub_ctx_set_fwd(context, "\(endpoint.address.text)@\(endpoint.port)"), "\(endpoint)")
            }
            try finish(context)
            // libunbound answers these itself (RFC 6761 §6.2, RFC 6303 §4.2, RFC 8375 §4), but whoever names servers means them.
            for zone in ["test.", "home.arpa.", "127.in-addr.arpa."] {
                try check(ub_ctx_zone_remove(context, zone), zone)
            }
        }
    }

    /// Reads what was set, the files of trust anchors too. Removing a zone does it; this one is never there.
    private static func finish(_ context: OpaquePointer) throws(DNSSetupError) {
        try check(ub_ctx_zone_remove(context, "paloma.invalid."), "the settings or a trust anchor's file")
    }

    private static func check(_ code: Int32, _ what: String) throws(DNSSetupError) {
        guard code == UB_NOERROR.rawValue else {
            throw DNSSetupError("libunbound does not take \(what): \(String(cString: ub_strerror(code)))")
        }
    }
}
