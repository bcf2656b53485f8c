/// How much of blobs is kept and handled at a time.
package struct JMAPBlobLimits: Sendable {
    /// Octets of one account's uploads: with more, its oldest go (RFC 8620 §6.1).
    package var accountOctetsMax: Int64 = 512 << 20
    /// One account's uploads: the same.
    package var accountUploadsMax = 256
    /// Octets of all uploads: with more, none is taken.
    package var octetsMax: Int64 = 4 << 30
    /// All uploads: the same. Each may hold a file open.
    package var uploadsMax = 2048
    /// How long an upload is kept (RFC 8620 §6.1: an hour at least).
    package var keptSeconds: Int64 = 6 * 3600
    /// Octets that are read at once.
    package var pieceOctets: Int64 = 256 << 10
    /// Octets of a blob that Blob/get returns (RFC 9404 §4.2), and of all data of one call.
    package var dataOctetsMax: Int64 = 8 << 20
    /// Sources of a blob that Blob/upload makes (RFC 9404 §4.1).
    package var sourcesMax = 64
    /// Files in one zip, and octets of them; it has no zip64.
    package var zipFilesMax = 1000
    package var zipOctetsMax: Int64 = 2 << 30
    /// Octets of a file that is deflated; a larger one is stored.
    package var deflatedOctetsMax: Int64 = 4 << 20

    /// The defaults.
    package init() {}
}
