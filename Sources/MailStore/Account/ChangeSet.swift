internal import MailCore

/// What became of things since a moment: JMAP's `Foo/changes` (RFC 8620 §5.2).
package struct ChangeSet<ID: Hashable & Sendable>: Hashable, Sendable {
    /// Those that are there, and were not.
    package var created: [ID] = []
    /// Those that were there and are, and are not the same.
    package var updated: [ID] = []
    /// Those that were there, and are gone.
    package var destroyed: [ID] = []
    /// What is known with this.
    package var reached: ChangePoint
    /// Whether there is more behind `reached`.
    package var rest: ChangeRest

    /// The same of other names.
    func map<Other>(_ name: (ID) -> Other) -> ChangeSet<Other> {
        ChangeSet<Other>(
            created: created.map(name), updated: updated.map(name), destroyed: destroyed.map(name), reached: reached,
            rest: rest)
    }
}

/// Whether an answer tells everything.
package enum ChangeRest: Hashable, Sendable {
    /// Nothing is left.
    case none
    /// Ask again from `reached` on.
    case more
}

/// What is known of what changed.
package enum AccountHistory<ID: Hashable & Sendable>: Hashable, Sendable {
    /// Exactly this.
    case known(ChangeSet<ID>)
    /// Some of it is forgotten, or it is too much to tell: whoever asks reads everything again.
    case forgotten
}

/// From when to when something was there, in ticks; `gone` is `Int64.max` for what is there.
struct Lifetime: Hashable {
    var created: Int64
    var gone: Int64

    func contains(_ tick: Int64) -> Bool { created <= tick && tick < gone }
}

/// What happened to a thing at a tick: the thing's number and the tick.
struct ChangeEvent: Hashable, Comparable {
    var tick: Int64
    var number: Int64

    static func < (left: ChangeEvent, right: ChangeEvent) -> Bool {
        (left.tick, left.number) < (right.tick, right.number)
    }
}

/// Tells what became of things whose events and lives are known.
struct ChangeTeller {
    let since: ChangePoint
    /// The account's clock.
    let now: ChangePoint
    /// Things that one answer names.
    let most: Int

    /// - Parameters:
    ///   - events: of which those behind `since` count.
    ///   - lives: of one thing, as far as they are not over at `since`.
    func tell(_ events: [ChangeEvent], lives: (Int64) throws -> [Lifetime]) rethrows -> ChangeSet<Int64> {
        let events = events.filter { since.precedes($0.tick, of: $0.number) }.sorted()
        var numbers: [Int64] = []
        var seen: Set<Int64> = []
        var changes = ChangeSet<Int64>(reached: now, rest: .none)
        for event in events where !seen.contains(event.number) {
            guard numbers.count < most else {
                changes.reached = ChangePoint(ModSeq(rawValue: event.tick - 1), through: event.number - 1)
                changes.rest = .more
                break
            }
            seen.insert(event.number)
            numbers.append(event.number)
        }
        for number in numbers {
            let lives = try lives(number)
            let was = lives.contains { $0.contains(since.tick(for: number)) }
            let isThere = lives.contains { $0.contains(changes.reached.tick(for: number)) }
            switch (was, isThere) {
            case (false, true): changes.created.append(number)
            case (true, true): changes.updated.append(number)
            case (true, false): changes.destroyed.append(number)
            // It came and went meanwhile.
            case (false, false): break
            }
        }
        return changes
    }
}
