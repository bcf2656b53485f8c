import JMAP
import JSON
import Testing

/// The page of a query (RFC 8620 §5.5).
@Suite struct JMAPQueryCallTests {
    private func page(_ members: JSONObject, of count: Int) throws -> Range<Int> {
        let arguments = JMAPArguments(members.merging(["accountId": "a1"]))
        return try JMAPQueryCall(arguments, limits: JMAPLimits()).page(of: count) { id in
            Int(id.text).flatMap { $0 < count ? $0 : nil }
        }
    }

    @Test(
        arguments: [
            ([:], 0..<10), (["limit": 3], 0..<3), (["position": 4, "limit": 3], 4..<7), (["position": -3], 7..<10),
            (["position": -30, "limit": 2], 0..<2), (["position": 10], 10..<10), (["position": 99], 10..<10),
            (["anchor": "5"], 5..<10), (["anchor": "5", "anchorOffset": -2, "limit": 2], 3..<5),
            (["anchor": "1", "anchorOffset": -4, "limit": 2], 0..<2), (["anchor": "5", "anchorOffset": 9], 10..<10),
            (["anchor": "5", "position": 2], 5..<10), (["limit": 0], 0..<0),
        ] as [(JSONObject, Range<Int>)])
    func pages(_ arguments: JSONObject, _ range: Range<Int>) throws {
        #expect(try page(arguments, of: 10) == range)
    }

    @Test func anchorsHaveToBeThere() {
        #expect(throws: JMAPMethodError.anchorNotFound) { try page(["anchor": "77"], of: 10) }
    }

    @Test(arguments: [["limit": -1], ["position": "x"], ["sort": "x"], ["filter": []]] as [JSONObject])
    func refuses(_ arguments: JSONObject) {
        #expect(throws: JMAPMethodError.self) { try page(arguments, of: 10) }
    }

    @Test func filtersAreLimited() {
        var filter: JSONValue = ["inMailbox": "m1"]
        for _ in 0..<20 { filter = ["operator": "NOT", "conditions": .array([filter])] }
        #expect(throws: JMAPMethodError.self) { try page(["filter": filter], of: 1) }
    }
}
