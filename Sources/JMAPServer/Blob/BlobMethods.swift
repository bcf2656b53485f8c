/// Methods about blobs (RFC 8620 §6.3, RFC 9404 §4).
package enum BlobMethods {
    /// All of them.
    static let methods: [JMAPMethod] = [
        BlobUploadMethod.upload, BlobGetMethod.get, BlobLookupMethod.lookup, BlobCopyMethod.copy,
    ]
}
