public import HTTPService
import HTTPTypes
public import Hummingbird
import NIOCore

/// The webmail's pages: `/`, and the files that it loads.
public enum WebmailRoutes {
    /// Adds a route for each file of the bundle that the program was built with. Without one, `/` says how to make it.
    public static func add(to router: Router<HTTPServer.Context>) {
        add(.built, to: router)
    }

    /// The same for any bundle.
    static func add(_ bundle: WebmailBundle, to router: Router<HTTPServer.Context>) {
        if bundle.assets.isEmpty {
            router.get("/") { _, _ in missing }
        }
        for (path, asset) in bundle.assets {
            let responses = AssetResponses(asset, path: path)
            router.get(RouterPath(path)) { request, _ in responses.response(to: request.headers) }
        }
    }

    private static var missing: Response {
        var fields = WebmailPolicy.shell.fields
        fields[.contentType] = "text/plain; charset=utf-8"
        fields[.cacheControl] = "no-store"
        return Response(
            status: .notFound, headers: fields,
            body: ResponseBody(
                byteBuffer: ByteBuffer(
                    string: """
                        Paloma runs, but it was built without its webmail.

                        To build it: run scripts/webmail, then swift build, and start the server again
                        (scripts/run does all of that). Mail programs work meanwhile, by IMAP, POP3 and JMAP.

                        """)))
    }
}

/// A file's responses, made once.
private struct AssetResponses: Sendable {
    private let asset: WebmailAsset
    private let fields: HTTPFields

    init(_ asset: WebmailAsset, path: String) {
        self.asset = asset
        var fields = WebmailPolicy(path: path).fields
        fields[.contentType] = asset.type
        fields[.eTag] = asset.tag
        // The content of a file under assets never changes: another content has another name.
        fields[.cacheControl] = path.hasPrefix("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"
        if !asset.compressed.isEmpty { fields[.vary] = "Accept-Encoding" }
        self.fields = fields
    }

    func response(to request: HTTPFields) -> Response {
        if let known = request[.ifNoneMatch], isNamed(in: known) {
            return Response(status: .notModified, headers: fields)
        }
        let accepted = ContentCoding.accepted(by: request[.acceptEncoding])
        for coding in ContentCoding.allCases where accepted.contains(coding) {
            guard let octets = asset.compressed[coding] else { continue }
            var fields = fields
            fields[.contentEncoding] = coding.rawValue
            return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: octets))
        }
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: asset.plain))
    }

    /// Whether If-None-Match names this content, weakly or not (RFC 9110 §13.1.2).
    private func isNamed(in field: String) -> Bool {
        field.split(separator: ",").contains { element in
            var tag = element.drop { $0 == " " || $0 == "\t" }
            if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
            while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
            return tag == asset.tag || tag == "*"
        }
    }
}
