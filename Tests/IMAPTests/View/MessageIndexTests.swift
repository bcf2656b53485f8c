import MailCore
import Testing

@testable import IMAP

@Suite struct MessageIndexTests {
    /// Random changes against a plain array.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func againstAnArray(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var index = MessageIndex()
        var model: [UInt32] = []
        var next: UInt32 = 1
        for step in 0..<800 {
            if Bool.random(using: &generator) || model.count < 10 {
                var new = UIDSet()
                for _ in 0..<Int.random(in: 1...40, using: &generator) {
                    next += UInt32.random(in: 1...3, using: &generator)
                    new.append(UID(rawValue: next))
                    model.append(next)
                }
                index.append(new)
            } else {
                let count = Int.random(in: 1...30, using: &generator)
                var gone = Set((0..<count).compactMap { _ in model.randomElement(using: &generator) })
                if Int.random(in: 0..<40, using: &generator) == 0 { gone = Set(model.prefix(model.count / 2)) }
                gone.insert(UInt32.random(in: 1...next, using: &generator))
                model.removeAll { gone.contains($0) }
                index.remove(UIDSet(gone.map(UID.init(rawValue:))))
            }
            #expect(index.count == UInt32(model.count))
            #expect(index.lastUID?.rawValue == model.last)
            if step % 40 == 0 { check(index, model, next, &generator) }
        }
    }

    private func check(_ index: MessageIndex, _ model: [UInt32], _ next: UInt32, _ generator: inout SeededGenerator) {
        for (position, uid) in model.enumerated() {
            let number = SequenceNumber(rawValue: UInt32(position + 1))
            guard index.uid(at: number)?.rawValue == uid, index.sequenceNumber(of: UID(rawValue: uid)) == number else {
                Issue.record("message \(uid) is not number \(position + 1)")
                return
            }
        }
        #expect(index.uid(at: SequenceNumber(rawValue: 0)) == nil)
        #expect(index.uid(at: SequenceNumber(rawValue: UInt32(model.count) + 1)) == nil)
        #expect(index.uids == UIDSet(model.map(UID.init(rawValue:))))
        for _ in 0..<20 {
            let uid = UInt32.random(in: 1...(next + 2), using: &generator)
            let place = model.firstIndex(of: uid).map { UInt32($0 + 1) }
            #expect(index.sequenceNumber(of: UID(rawValue: uid))?.rawValue == place)
            let lower = UInt32.random(in: 1...(next + 2), using: &generator)
            let upper = UInt32.random(in: lower...(next + 2), using: &generator)
            let asked = UIDSet(ranges: [lower...upper])
            let present = model.filter { (lower...upper).contains($0) }
            #expect(index.present(asked) == UIDSet(present.map(UID.init(rawValue:))))
            let numbers = model.indices.filter { (lower...upper).contains(model[$0]) }.map { UInt32($0 + 1) }
            #expect(index.sequenceNumbers(of: asked) == SequenceNumberSet(numbers.map(SequenceNumber.init(rawValue:))))
            let slice = SequenceNumberSet(ranges: [lower...upper])
            let uids = model.indices.filter { (lower...upper).contains(UInt32($0 + 1)) }.map { model[$0] }
            #expect(index.uids(at: slice) == UIDSet(uids.map(UID.init(rawValue:))))
        }
    }

    @Test func aMillionMessages() {
        var index = MessageIndex()
        index.append(UIDSet(ranges: [1...1_000_000]))
        #expect(index.octetCount < 200)
        // Every second one goes: the worst case for runs.
        let odd = UIDSet(ranges: stride(from: UInt32(1), to: 1_000_000, by: 2).map { $0...$0 })
        index.remove(odd)
        #expect(index.count == 500_000)
        #expect(index.octetCount < 8_000_000)
        #expect(index.uid(at: SequenceNumber(rawValue: 250_000))?.rawValue == 500_000)
        #expect(index.sequenceNumber(of: UID(rawValue: 1_000_000))?.rawValue == 500_000)
        for number in stride(from: UInt32(100_000), to: 900_000, by: 1_000) {
            index.remove(UIDSet(ranges: [number...number]))
        }
        #expect(index.count == 499_200)
        #expect(index.uid(at: SequenceNumber(rawValue: 499_200))?.rawValue == 1_000_000)
    }

    @Test func theLargestUID() {
        var index = MessageIndex()
        index.append(UIDSet(ranges: [1...1, 4_294_967_294...4_294_967_295]))
        #expect(index.sequenceNumbers(of: UIDSet(ranges: [1...4_294_967_295])).count == 3)
        index.remove(UIDSet(ranges: [4_294_967_295...4_294_967_295]))
        #expect(index.uids.ranges == [1...1, 4_294_967_294...4_294_967_294])
    }
}
