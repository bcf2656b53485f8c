import AgentTestSupport
import Directory
import MailCore
import Storage
import Testing

@testable import Delivery

@Suite struct DeliveryPlanTests {
    private static func account(_ number: Int64) throws -> LocalCopy {
        let name = try address("u\(number)@example.test")
        return LocalCopy(account: AccountID(rawValue: number), deliveredTo: name, originalTo: name)
    }

    private static func remote(_ text: String) throws -> RemoteCopy {
        RemoteCopy(address: try address(text), originalTo: try address("a@example.test"), reason: .alias)
    }

    /// For each recipient its accounts by number and its addresses elsewhere.
    private static func plan(_ recipients: [([Int64], [String])]) throws -> DeliveryPlan {
        var plan = DeliveryPlan()
        for (accounts, addresses) in recipients {
            var expansion = Expansion()
            expansion.localCopies = try accounts.map(account)
            expansion.remoteCopies = try addresses.map(remote)
            let recipient = EnvelopeRecipient(path: .address(try address("a@example.test")))
            plan.add(recipient, expansion, reversePath: .null)
        }
        return plan
    }

    @Test func nobodyGetsTwo() throws {
        let plan = try Self.plan([([1, 2], ["a@b.example"]), ([2, 3], ["A@B.example", "c@b.example"]), ([1], [])])
        #expect(plan.copies.map(\.account.rawValue) == [1, 2, 3])
        #expect(plan.remote.map(\.recipient.path.description) == ["<a@b.example>", "<c@b.example>"])
    }

    /// Recipients, full accounts, those left out, recipients refused.
    static let full: [([([Int64], [String])], Set<Int64>, Set<Int64>, [Bool])] = [
        ([([1], []), ([2], [])], [1], [1], [true, false]),
        ([([1], []), ([2], [])], [1, 2], [1, 2], [true, true]),
        ([([1], []), ([2], [])], [], [], [false, false]),
        // Who reaches somebody else, too, is not refused, and so nobody may be left out.
        ([([1, 2], [])], [1], [], [false]),
        ([([1], ["a@b.example"])], [1], [], [false]),
        ([([1, 2], [])], [1, 2], [1, 2], [true]),
        // 1 gets it by the second recipient: the first one has it, then.
        ([([1], []), ([1, 2], [])], [1], [], [false, false]),
        // The third reaches 2, the second reaches 1 with it, the first is 1.
        ([([1], []), ([1, 2], []), ([2], ["a@b.example"])], [1, 2], [], [false, false, false]),
        ([([1], []), ([2], []), ([2, 3], [])], [1, 2, 3], [1, 2, 3], [true, true, true]),
    ]

    @Test(arguments: full.indices) func fullMailboxes(_ index: Int) throws {
        let (recipients, full, expected, refused) = Self.full[index]
        var plan = try Self.plan(recipients)
        let all = plan.copies.count
        let left = plan.leaveOut(Set(full.map(AccountID.init(rawValue:))))
        #expect(Set(left.map(\.rawValue)) == expected)
        #expect(plan.copies.count == all - expected.count)
        #expect(plan.refusedRecipients(left).map { $0 != nil } == refused)
    }

    /// Nobody gets a held message now, so each recipient waits, once.
    @Test func heldRecipientsWait() throws {
        var plan = DeliveryPlan()
        let sender = ReversePath.address(try address("ana@example.test"))
        for text in ["ben@example.test", "BEN@example.test", "far@elsewhere.example"] {
            plan.hold(EnvelopeRecipient(path: .address(try address(text))), reversePath: sender)
        }
        plan.hold(EnvelopeRecipient(path: .postmaster), reversePath: sender)
        #expect(plan.copies.isEmpty)
        let paths = plan.remote.map { "\($0.recipient.path)" }
        #expect(paths == ["<ben@example.test>", "<far@elsewhere.example>", "<Postmaster>"])
        #expect(plan.remote.allSatisfy { $0.reversePath == sender })
    }
}
