internal import Directory
package import HTTPService
internal import HTTPTypes
package import Hummingbird
internal import JMAP
internal import JSON
internal import MailCore
internal import NIOCore
internal import Storage

/// Uploads and downloads (RFC 8620 §6.1, §6.2).
package struct JMAPBlobRoutes: Sendable {
    /// Who asks; nil for nobody.
    package typealias Authenticate = @Sendable (Request, HTTPServer.Context) async -> JMAPUser?

    private let blobs: JMAPBlobs
    private let limits: JMAPLimits
    private let now: @Sendable () -> Int64
    private let authenticate: Authenticate

    package init(_ services: JMAPServices, authenticate: @escaping Authenticate) {
        blobs = services.blobs
        limits = services.limits
        now = services.now
        self.authenticate = authenticate
    }

    /// Adds the routes.
    package func add(to router: Router<HTTPServer.Context>) {
        router.post("/jmap/upload/{account}") { try await upload($0, $1) }
        router.get("/jmap/download/{account}/{blob}/{name}") { try await download($0, $1) }
    }

    // MARK: Uploads

    private func upload(_ request: Request, _ context: HTTPServer.Context) async throws -> Response {
        guard let user = await authenticate(request, context) else { return Self.refused(.unauthorized) }
        guard context.parameters.get("account") == user.accountID.text else { return Self.refused(.notFound) }
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }), length > limits.uploadOctetsMax {
            return Self.refused(.limit("maxSizeUpload"), .contentTooLarge)
        }
        guard blobs.uploads.begin(user.account.id, most: limits.uploadsMax) else {
            return Self.refused(.limit("maxConcurrentUpload"), .badRequest)
        }
        defer { blobs.uploads.end(user.account.id) }
        var spool = blobs.spool()
        for try await piece in request.body {
            guard spool.count + Int64(piece.readableBytes) <= limits.uploadOctetsMax else {
                return Self.refused(.limit("maxSizeUpload"), .contentTooLarge)
            }
            spool.append(piece)
            if spool.mustFlush { try await spool.flush() }
        }
        let body = try await spool.finish()
        let type = MediaTypeName(request.headers[.contentType]).text
        guard let id = blobs.keep(body, type: type, of: user.account.id) else {
            return Self.refused(.serviceUnavailable)
        }
        let answer: JSONObject = [
            "accountId": .string(user.accountID.text), "blobId": .string(id.text), "type": .string(type),
            "size": .integer(body.count),
        ]
        return Response(
            status: .created, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONValue.object(answer).octets)))
    }

    // MARK: Downloads

    private func download(_ request: Request, _ context: HTTPServer.Context) async throws -> Response {
        guard let user = await authenticate(request, context) else { return Self.refused(.unauthorized) }
        guard context.parameters.get("account") == user.accountID.text,
            let id = context.parameters.get("blob").flatMap({ JMAPID($0) })
        else { return Self.refused(.notFound) }
        let name = FileNameText(context.parameters.get("name").flatMap(PercentEncoding.decoded) ?? "")
        let type = MediaTypeName(request.uri.queryParameters["accept"].map { String($0) })
        if type.name == "application/zip", case .message(let email)? = JMAPBlobID(id) {
            return try await archive(email, user, name)
        }
        guard let blob = try await blobs.find(id, of: user.account.id) else { return Self.refused(.notFound) }
        var headers = Self.safeHeaders
        headers[.contentType] = type.isShownSafely ? type.text : MediaTypeName.unknown.text
        headers[.contentDisposition] = name.disposition(type.isShownSafely ? .inline : .attachment)
        let body = ResponseBody(contentLength: blob.knownCount.map { Int($0) }) { writer in
            let output = BodyWriter(writer)
            try await blob.forEachPiece { try await output.write($0) }
            try await output.finish()
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// The attachments of a message: what its blob is as `application/zip`.
    private func archive(_ email: EmailID, _ user: JMAPUser, _ name: FileNameText) async throws -> Response {
        guard let archive = try await AttachmentArchive(email, of: user.account.id, blobs, seconds: now()) else {
            return Self.refused(.notFound)
        }
        var headers = Self.safeHeaders
        headers[.contentType] = "application/zip"
        headers[.contentDisposition] = name.disposition(.attachment)
        let body = ResponseBody { writer in
            let output = BodyWriter(writer)
            try await archive.write { try await output.write($0) }
            try await output.finish()
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Whatever is in the file, it runs nowhere and reaches nothing. What a blob's id means never changes.
    private static let safeHeaders: HTTPFields = {
        var fields: HTTPFields = [.cacheControl: "private, immutable, max-age=31536000"]
        fields[.contentSecurityPolicy] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        fields[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { fields[name] = "same-origin" }
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "no-referrer" }
        return fields
    }()

    private static func refused(_ status: HTTPResponse.Status) -> Response {
        let problem: JSONObject = ["type": "about:blank", "status": .integer(Int64(status.code))]
        return refused(problem, status)
    }

    private static func refused(_ error: JMAPRequestError, _ status: HTTPResponse.Status) -> Response {
        refused(error.json.merging(["status": .integer(Int64(status.code))]), status)
    }

    /// A problem details object (RFC 7807).
    private static func refused(_ problem: JSONObject, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "application/problem+json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONValue.object(problem).octets)))
    }
}

/// Percent encoding of a piece of a path (RFC 3986 §2.1).
enum PercentEncoding {
    /// Nil where it is none, or no UTF-8.
    static func decoded(_ text: String) -> String? {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            octets.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: octets, as: UTF8.self)
    }
}
