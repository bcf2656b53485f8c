/// UIDBATCHES (RFC 10022): UID ranges of so many messages each, the newest first.
package struct BatchesRequest: Hashable, Sendable {
    /// Messages of a batch.
    package let size: UInt32
    /// Which of the batches, from 1 up; nil for all.
    package let batches: ClosedRange<UInt32>?
}
