/// What a look through a whole segment found.
struct SegmentSurvey: Sendable {
    /// The checksums of the bodies of all whole records, by where they begin.
    private(set) var wholeBodies: [Int64: UInt32] = [:]
    /// How far the look went.
    private(set) var size: Int64 = 0

    /// Reads every octet of the segment. A segment that is gone has no records.
    init(_ segments: SegmentFiles, _ number: Int64, progress: (Int64) -> Void) throws {
        guard let file = try? segments.file(number) else { return }
        var scanner = try LogScanner(file: file, segment: number, from: 0)
        while let finding = try scanner.next() {
            if case .record(let header, _, let position) = finding, header.kind == .delivery {
                wholeBodies[position.offset + header.bodyOffset] = header.bodyChecksum
            }
            size = scanner.offset
            progress(size)
        }
    }
}
