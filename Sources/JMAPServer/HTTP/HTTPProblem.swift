package import HTTPTypes
package import Hummingbird
package import JMAP
package import JSON
internal import NIOCore

/// Why a request is refused: a problem details object (RFC 7807) with its status.
package struct HTTPProblem: HTTPResponseError {
    package let status: HTTPResponse.Status
    /// A URI that names the kind of problem.
    package let type: String
    /// For people.
    package let detail: String
    /// More members of the object.
    package var facts: JSONObject = [:]
    /// More fields of the response.
    package var fields: [(HTTPField.Name, String)] = []

    package init(_ status: HTTPResponse.Status, _ type: String, _ detail: String) {
        self.status = status
        self.type = type
        self.detail = detail
    }

    /// A refusal of JMAP's own.
    package init(_ error: JMAPRequestError) {
        let object = error.json
        self.init(
            HTTPResponse.Status(code: error.status), object["type"]?.string ?? "", object["detail"]?.string ?? "")
        facts = object
    }

    /// One of ours: `urn:paloma:error:…`.
    package init(_ status: HTTPResponse.Status, named name: String, _ detail: String) {
        self.init(status, "urn:paloma:error:\(name)", detail)
    }

    /// The response.
    package func response(from request: Request, context: some RequestContext) throws -> Response { response }

    /// The response.
    package var response: Response {
        let object: JSONObject = [
            "type": .string(type), "status": .integer(Int64(status.code)), "detail": .string(detail),
        ]
        var response = Response(status: status, json: object.merging(facts), type: "application/problem+json")
        for (name, value) in fields { response.headers[name] = value }
        return response
    }
}

extension Response {
    /// JSON that no cache keeps and no browser takes for anything else.
    package init(status: HTTPResponse.Status = .ok, json: JSONObject, type: String = "application/json") {
        self.init(status: status, jsonOctets: JSONValue.object(json).octets, type: type)
    }

    /// The same for JSON that is written already.
    package init(status: HTTPResponse.Status = .ok, jsonOctets: [UInt8], type: String = "application/json") {
        self.init(
            status: status,
            headers: [
                .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: jsonOctets)))
    }
}
