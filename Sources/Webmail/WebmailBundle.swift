import CWebmail
import NIOCore

/// A file of the webmail, as it is and compressed.
struct WebmailAsset: Sendable {
    /// The value of Content-Type.
    var type: String
    /// The value of ETag, with its quotes (RFC 9110 §8.8.3).
    var tag: String
    var plain: ByteBuffer
    var compressed: [ContentCoding: ByteBuffer] = [:]
}

/// The webmail's files, by the path that a browser asks for.
struct WebmailBundle: Sendable {
    var assets: [String: WebmailAsset]

    /// What scripts/webmail bundled and the program was built with; empty when it was not.
    static let built: WebmailBundle = {
        var assets: [String: WebmailAsset] = [:]
        let table = UnsafeBufferPointer(start: webmail_asset_table(), count: webmail_asset_count())
        for row in table {
            var asset = WebmailAsset(
                type: String(cString: row.type), tag: "\"\(String(cString: row.tag))\"",
                plain: ByteBuffer(row.plain) ?? ByteBuffer())
            asset.compressed[.gzip] = ByteBuffer(row.gzip)
            asset.compressed[.brotli] = ByteBuffer(row.brotli)
            assets[String(cString: row.path)] = asset
        }
        return WebmailBundle(assets: assets)
    }()
}

extension ByteBuffer {
    /// A copy of octets of the program; nil when there are none.
    fileprivate init?(_ octets: webmail_octets) {
        guard let start = octets.start else { return nil }
        self.init(bytes: UnsafeRawBufferPointer(start: start, count: octets.count))
    }
}
