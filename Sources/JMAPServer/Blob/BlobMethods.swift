package import JSON

/// Methods about blobs (RFC 8620 §6.3, RFC 9404 §4).
package enum BlobMethods {
    /// All of them.
    static let methods: [JMAPMethod] = [
        BlobUploadMethod.upload, BlobGetMethod.get, BlobLookupMethod.lookup, BlobCopyMethod.copy,
    ]

    /// What the session object tells of an account's blobs (RFC 9404 §3.1).
    package static func capability(_ blobs: JMAPBlobs, maxSizeBlobSet: Int64) -> JSONObject {
        [
            "maxSizeBlobSet": .integer(maxSizeBlobSet), "maxDataSources": .integer(Int64(blobs.limits.sourcesMax)),
            "supportedTypeNames": .array(BlobLookupMethod.types.map { .string($0) }),
            "supportedDigestAlgorithms": .array(BlobGetMethod.digests.map { .string($0) }),
        ]
    }
}
