internal import JMAP
internal import JSON
internal import MailCore
internal import NIOCore
internal import Storage

/// Blob/upload: blobs are put together from texts and pieces of others (RFC 9404 §4.1).
enum BlobUploadMethod {
    static let upload = JMAPMethod("Blob/upload", .blob) { arguments, call in
        let accountID = try arguments.id("accountId")
        let account = try await call.mailAccount(accountID)
        let create = try arguments.objects("create")
        guard create.count <= call.limits.objectsInSetMax else { throw JMAPMethodError.requestTooLarge }
        var created: [(String, JSONValue)] = []
        var refused: [(String, JSONValue)] = []
        for (key, object) in create {
            do {
                let made = try await Self.make(JMAPArguments(object), account, call)
                call.noteCreated(key, made.id)
                created.append((key, made.json))
            } catch let error as JMAPSetError {
                refused.append((key, error.json))
            }
        }
        return [
            "accountId": .string(accountID.text),
            "created": created.isEmpty ? .null : .object(JSONObject(created)),
            "notCreated": refused.isEmpty ? .null : .object(JSONObject(refused)),
        ]
    }

    private struct Made {
        let id: JMAPID
        let type: String
        let count: Int64

        var json: JSONValue {
            ["id": .string(id.text), "type": .string(type), "size": .integer(count)]
        }
    }

    private static func make(_ object: JMAPArguments, _ account: MailAccount, _ call: JMAPCall) async throws -> Made {
        let blobs = call.services.blobs
        let type = MediaTypeName(try? object.optionalString("type") ?? nil).text
        guard let sources = object.value("data")?.array, sources.count <= blobs.limits.sourcesMax else {
            throw JMAPSetError.invalid(["data"], "up to \(blobs.limits.sourcesMax) sources")
        }
        var spool = blobs.spool()
        for source in sources {
            guard let source = source.object else { throw JMAPSetError.invalid(["data"]) }
            try await append(JMAPArguments(source), to: &spool, account, call)
        }
        let body = try await spool.finish()
        guard let id = blobs.keep(body, type: type, of: account.user) else {
            throw JMAPSetError(.overQuota, "there are too many uploads")
        }
        return Made(id: id, type: type, count: body.count)
    }

    private static func append(
        _ source: JMAPArguments, to spool: inout MessageSpool, _ account: MailAccount, _ call: JMAPCall
    ) async throws {
        if let text = source.value("data:asText")?.string {
            try await add(ByteBuffer(string: text), to: &spool, call)
        } else if let text = source.value("data:asBase64")?.string {
            guard let octets = StrictBase64.decode(text) else { throw JMAPSetError.invalid(["data"], "no base64") }
            try await add(ByteBuffer(bytes: octets), to: &spool, call)
        } else if let text = source.value("blobId")?.string {
            guard let id = call.id(text), let blob = try await call.services.blobs.find(id, in: account) else {
                throw JMAPSetError(.blobNotFound, nil, ["notFound": .array([.string(text)])])
            }
            let count = try await blob.count()
            let offset = (try? source.optionalUnsigned("offset")) ?? 0
            let length = (try? source.optionalUnsigned("length")) ?? max(0, count - offset)
            // RFC 9404 §4.1: what is not there is no blob.
            guard offset <= count, length <= count - offset else {
                throw JMAPSetError.invalid(["data"], "the blob is shorter")
            }
            var place: Int64 = 0
            var taken = spool
            try await blob.forEachPiece { piece in
                let range = (place..<(place + Int64(piece.readableBytes))).clamped(to: offset..<(offset + length))
                if !range.isEmpty,
                    let slice = piece.getSlice(
                        at: piece.readerIndex + Int(range.lowerBound - place), length: range.count)
                {
                    try await add(slice, to: &taken, call)
                }
                place += Int64(piece.readableBytes)
            }
            spool = taken
        } else {
            throw JMAPSetError.invalid(["data"], "a source is data:asText, data:asBase64 or blobId")
        }
    }

    private static func add(_ octets: ByteBuffer, to spool: inout MessageSpool, _ call: JMAPCall) async throws {
        guard spool.count + Int64(octets.readableBytes) <= call.limits.uploadOctetsMax else {
            throw JMAPSetError(.tooLarge)
        }
        spool.append(octets)
        if spool.mustFlush { try await spool.flush() }
    }
}

/// Base64 without anything else among it (RFC 4648 §4).
enum StrictBase64 {
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for octet in text.utf8 {
            if octet == UInt8(ascii: "=") {
                padding += 1
                bits <<= 6
            } else {
                guard padding == 0, let value = value(octet) else { return nil }
                bits = bits << 6 | UInt32(value)
            }
            count += 1
            guard count == 4 else { continue }
            guard padding < 3, padding < 1 || bits & (padding == 1 ? 0xFF : 0xFFFF) == 0 else { return nil }
            octets.append(UInt8(truncatingIfNeeded: bits >> 16))
            if padding < 2 { octets.append(UInt8(truncatingIfNeeded: bits >> 8)) }
            if padding < 1 { octets.append(UInt8(truncatingIfNeeded: bits)) }
            (bits, count) = (0, 0)
        }
        return octets
    }

    private static func value(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): octet - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): octet - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    static func encode(_ octets: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((octets.count + 2) / 3 * 4)
        var place = 0
        while place < octets.count {
            let group = octets[place..<min(place + 3, octets.count)]
            var bits: UInt32 = 0
            for octet in group { bits = bits << 8 | UInt32(octet) }
            bits <<= UInt32(8 * (3 - group.count))
            for digit in 0..<4 {
                let value = Int(bits >> UInt32(18 - 6 * digit) & 63)
                text.append(digit <= group.count ? digits[value] : UInt8(ascii: "="))
            }
            place += 3
        }
        return String(decoding: text, as: UTF8.self)
    }
}
