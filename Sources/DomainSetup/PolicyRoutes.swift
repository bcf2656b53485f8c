package import HTTPService
internal import HTTPTypes
package import Hummingbird
package import MailCore
internal import NIOCore
package import SenderAuthentication

/// What others read over HTTPS before they send to our domains.
package enum PolicyRoutes {
    /// Adds `/.well-known/mta-sts.txt` (RFC 8461 §3.3) for the hosts `mta-sts.DOMAIN` of the domains that are ours.
    package static func add(
        to router: Router<HTTPServer.Context>, policy: MTASTSPolicy,
        isOurs: @escaping @Sendable (Domain) async -> Bool
    ) {
        router.get(".well-known/mta-sts.txt") { request, _ in
            await response(to: request.head.authority, policy, isOurs)
        }
    }

    static func response(
        to authority: String?, _ policy: MTASTSPolicy, _ isOurs: @Sendable (Domain) async -> Bool
    ) async -> Response {
        guard let domain = domain(ofHost: authority), await isOurs(domain) else {
            return Response(status: .notFound)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: policy.text)))
    }

    /// The domain whose policy host a request names, with or without a port.
    static func domain(ofHost authority: String?) -> Domain? {
        let prefix = "mta-sts."
        guard let host = authority?.split(separator: ":", maxSplits: 1).first, host.utf8.count > prefix.utf8.count,
            host.prefix(prefix.count).lowercased() == prefix
        else { return nil }
        return Domain(String(host.dropFirst(prefix.count)))
    }
}
