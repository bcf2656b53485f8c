package import MailCore

/// A moment in an account's history up to which somebody knows it: JMAP's state strings (RFC 8620 §1.2).
///
/// Usually a tick of the account's clock. One tick may move thousands of messages; who is told of them some at a time stands in
/// the middle of it.
package struct ChangePoint: Hashable, Sendable {
    /// All that happened up to this tick is known.
    package let modSeq: ModSeq
    /// Of the tick behind it, what happened to the things whose numbers are no greater; nil: nothing.
    let through: Int64?

    /// After a tick.
    package init(_ modSeq: ModSeq) {
        self.modSeq = modSeq
        through = nil
    }

    init(_ modSeq: ModSeq, through: Int64) {
        self.modSeq = modSeq
        self.through = through
    }

    /// `1234`, or `1234.56`.
    package init?(_ text: some StringProtocol) {
        let numbers = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = numbers.first, let modSeq = Self.number(first) else { return nil }
        guard numbers.count == 2 else {
            self.init(ModSeq(rawValue: modSeq))
            return
        }
        guard let through = Self.number(numbers[1]), modSeq < .max else { return nil }
        self.init(ModSeq(rawValue: modSeq), through: through)
    }

    private static func number(_ digits: some StringProtocol) -> Int64? {
        guard (1...19).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(digits)
    }

    /// The tick up to which what happened to one thing is known.
    func tick(for number: Int64) -> Int64 {
        guard let through, number <= through else { return modSeq.rawValue }
        return modSeq.rawValue + 1
    }

    /// Whether what happened to a thing at a tick lies behind.
    func precedes(_ tick: Int64, of number: Int64) -> Bool { tick > self.tick(for: number) }
}

extension ChangePoint: CustomStringConvertible {
    /// `1234`, or `1234.56`.
    package var description: String { through.map { "\(modSeq.rawValue).\($0)" } ?? "\(modSeq.rawValue)" }
}
