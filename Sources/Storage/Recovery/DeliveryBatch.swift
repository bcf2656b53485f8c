/// Puts together the deliveries of the log that are done again all or none (`DeliveryRecord.followers`).
///
/// They stand one behind the other. Where one of them is not whole the write was cut off, nobody was told of any, and their
/// numbers may have been given to other messages since.
struct DeliveryBatch {
    /// A record of a delivery and where it stands.
    struct Member {
        let record: DeliveryRecord
        let header: RecordHeader
        let position: LogPosition

        /// Behind it.
        var end: LogPosition {
            LogPosition(segment: position.segment, offset: position.offset + header.recordLength)
        }
    }

    /// What a record completes, and those before it that are not completed any more.
    struct Outcome {
        var complete: [Member] = []
        var torn: [Member] = []
    }

    private var waiting: [Member] = []

    /// Takes the next delivery of a segment.
    mutating func add(_ member: Member) -> Outcome {
        var outcome = Outcome()
        if let last = waiting.last,
            last.end != member.position || last.record.followers - 1 != member.record.followers
        {
            outcome.torn = end()
        }
        waiting.append(member)
        if member.record.followers == 0 {
            outcome.complete = waiting
            waiting = []
        }
        return outcome
    }

    /// The segment is over.
    ///
    /// - Returns: those that wait for others.
    mutating func end() -> [Member] {
        defer { waiting = [] }
        return waiting
    }
}
