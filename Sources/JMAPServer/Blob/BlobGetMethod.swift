internal import Crypto
internal import JMAP
internal import JSON
internal import MailCore
internal import NIOCore

/// Blob/get: octets as text, and what they are summed up to (RFC 9404 §4.2).
enum BlobGetMethod {
    /// Digests that Blob/get computes; the account's capabilities announce them (RFC 9404 §3.1).
    static let digests = ["sha", "sha-256"]

    private static let standard = ["data", "size"]
    private static let known = standard + ["data:asText", "data:asBase64", "id"] + digests.map { "digest:\($0)" }

    static let get = JMAPMethod("Blob/get", .blob) { arguments, call in
        let get = try JMAPGetCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(get.accountID)
        guard let ids = get.ids else { throw JMAPMethodError.requestTooLarge }
        let wanted = try get.wanted(standard: ["id"] + standard) { known.contains($0) }
        let offset = try arguments.optionalUnsigned("offset") ?? 0
        let length = try arguments.optionalUnsigned("length")
        var list: [JSONObject] = []
        var missing: [JMAPID] = []
        var left = call.services.blobs.limits.dataOctetsMax
        for id in ids {
            guard let blob = try await call.services.blobs.find(id, in: account) else {
                missing.append(id)
                continue
            }
            let read = try await BlobExtract(
                blob, offset: offset, length: length, most: left, needs: BlobExtract.Needs(wanted))
            left -= Int64(read.octets.count)
            list.append(read.json(id, wanted))
        }
        return [
            "accountId": .string(get.accountID.text), "list": .array(list.map { .object($0) }),
            "notFound": .array(missing.map { .string($0.text) }),
        ]
    }
}

/// A range of a blob, read.
private struct BlobExtract {
    struct Needs: OptionSet {
        let rawValue: UInt8
        static let data = Needs(rawValue: 1)
        static let sha = Needs(rawValue: 2)
        static let sha256 = Needs(rawValue: 4)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ properties: [String]) {
            self = []
            if properties.contains(where: { $0.hasPrefix("data") }) { insert(.data) }
            if properties.contains("digest:sha") { insert(.sha) }
            if properties.contains("digest:sha-256") { insert(.sha256) }
        }
    }

    private(set) var octets: [UInt8] = []
    private let count: Int64
    private let isTruncated: Bool
    private var sha: [UInt8]?
    private var sha256: [UInt8]?

    init(_ blob: JMAPBlob, offset: Int64, length: Int64?, most: Int64, needs: Needs) async throws {
        let count = try await blob.count()
        self.count = count
        let first = min(offset, count)
        let wanted = length ?? max(0, count - first)
        let end = first + min(wanted, count - first)
        isTruncated = offset > count || (length.map { $0 > count - first } ?? false)
        guard !needs.isEmpty else { return }
        guard !needs.contains(.data) || end - first <= most else {
            throw JMAPMethodError.requestTooLarge
        }
        var (place, data): (Int64, [UInt8]) = (0, [])
        var (one, two) = (Insecure.SHA1(), SHA256())
        try await blob.forEachPiece { piece in
            let range = (place..<(place + Int64(piece.readableBytes))).clamped(to: first..<end)
            let start = piece.readerIndex + Int(range.lowerBound - place)
            place += Int64(piece.readableBytes)
            guard !range.isEmpty, let slice = piece.getSlice(at: start, length: range.count) else { return }
            if needs.contains(.sha) { one.update(data: slice.readableBytesView) }
            if needs.contains(.sha256) { two.update(data: slice.readableBytesView) }
            if needs.contains(.data) { data.append(contentsOf: slice.readableBytesView) }
        }
        octets = data
        if needs.contains(.sha) { sha = Array(one.finalize()) }
        if needs.contains(.sha256) { sha256 = Array(two.finalize()) }
    }

    func json(_ id: JMAPID, _ properties: [String]) -> JSONObject {
        var object: JSONObject = ["id": .string(id.text)]
        if isTruncated { object["isTruncated"] = true }
        let text = String(validating: octets, as: UTF8.self)
        for property in properties {
            switch property {
            case "size": object["size"] = .integer(count)
            case "digest:sha": object[property] = .string(StrictBase64.encode(sha ?? []))
            case "digest:sha-256": object[property] = .string(StrictBase64.encode(sha256 ?? []))
            case "data:asBase64": object[property] = .string(StrictBase64.encode(octets))
            case "data:asText": note(text, &object)
            case "data":
                if text != nil {
                    note(text, &object)
                } else {
                    object["data:asBase64"] = .string(StrictBase64.encode(octets))
                }
            default: break
            }
        }
        return object
    }

    private func note(_ text: String?, _ object: inout JSONObject) {
        object["data:asText"] = text.map { .string($0) } ?? .null
        if text == nil { object["isEncodingProblem"] = true }
    }
}
