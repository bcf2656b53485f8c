import Testing

@testable import MailTrace

@Suite struct TraceEventTests {
    private static func event(_ kind: TraceEvent.Kind = .attempt, at seconds: Int64 = 1, _ texts: String...)
        -> TraceEvent
    {
        var event = TraceEvent(kind, at: seconds)
        for (field, text) in zip(TraceEvent.Field.allCases, texts) { event.add(field, text) }
        return event
    }

    static let events: [TraceEvent] = [
        event(),
        event(.accepted, at: .max, "smtp"), event(.removed, at: .min, "smtp"), event(.expired, at: -1, "x"),
        event(.held, at: 0, String(repeating: "a", count: 127), String(repeating: "b", count: 128)),
        event(.released, at: 1_700_000_000, "ñ\u{0}\r\n", "🐦 🇪🇸", "e\u{301}"),
        event(.reported, at: 7, String(repeating: "z", count: TraceEvent.octetsMax)),
        event(.attempt, at: 7, String(repeating: "z", count: 100_000)),
        event(.attempt, at: 7, String(repeating: "🐦", count: 100_000)),
    ]

    @Test(arguments: events) func comesBack(_ event: TraceEvent) {
        #expect(TraceEvent(octets: event.octets) == event)
    }

    @Test(arguments: TraceEvent.Kind.allCases) func everyKindAndFieldComesBack(_ kind: TraceEvent.Kind) {
        var event = TraceEvent(kind, at: 5)
        for field in TraceEvent.Field.allCases { event.add(field, "\(field)") }
        #expect(TraceEvent(octets: event.octets) == event)
    }

    @Test func whatIsNotThereIsNotAdded() {
        var event = TraceEvent(.attempt, at: 1)
        event.add(.host, nil)
        event.add(.reply, "")
        #expect(event.facts == [])
    }

    /// Whatever a remote server makes of a character.
    @Test(arguments: ["a", "ñ", "🐦", "\u{301}", "🏳️‍🌈", "\r\n"]) func aLongTextIsCut(_ character: String) {
        var event = TraceEvent(.attempt, at: 1)
        event.add(.reply, "e" + String(repeating: character, count: 50_000))
        let text = event.first(.reply) ?? ""
        #expect(text.utf8.count <= TraceEvent.octetsMax)
        #expect(text.hasSuffix("…"))
        #expect(TraceEvent(octets: event.octets) == event)
    }

    @Test func aFieldOfALaterVersionIsPassedOver() {
        var octets = TraceEvent(.attempt, at: 1).octets
        octets += [250, 3, 1, 2, 3, TraceEvent.Field.host.rawValue, 1, 0x61]
        #expect(TraceEvent(octets: octets)?.facts == [TraceEvent.Fact(field: .host, text: "a")])
    }

    static let broken: [[UInt8]] = [
        [], [2], [2, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0], [200, 0, 0, 0, 0, 0, 0, 0, 1],
        [2, 0, 0, 0, 0, 0, 0, 0, 1, 12], [2, 0, 0, 0, 0, 0, 0, 0, 1, 12, 5, 1, 2],
        [2, 0, 0, 0, 0, 0, 0, 0, 1, 12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    ]

    @Test(arguments: broken) func whatIsNoEventIsNone(_ octets: [UInt8]) {
        #expect(TraceEvent(octets: octets) == nil)
    }

    @Test func anyOctetsEnd() {
        var generator = SeededGenerator(seed: 7)
        let whole = Self.events[5].octets
        for _ in 0..<20_000 {
            var octets = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                octets[Int.random(in: octets.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            octets.removeLast(Int.random(in: 0...octets.count, using: &generator))
            guard let event = TraceEvent(octets: octets) else { continue }
            #expect(TraceEvent(octets: event.octets) == event)
        }
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...60, using: &generator)
            _ = TraceEvent(octets: (0..<count).map { _ in .random(in: 0...255, using: &generator) })
        }
    }
}

/// A generator that repeats itself.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
