import JMAP
import JSON

/// Any octets as a request of JMAP: its JSON, its calls, their references to each other, their arguments as the standard
/// methods read them, and a patch.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJMAP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    guard let value = try? JSONValue(parsing: octets) else { return 0 }
    let written = value.octets
    precondition((try? JSONValue(parsing: written)) == value, "a value is not read back as it was written")
    let limits = JMAPLimits()
    guard let request = try? JMAPRequest(value, known: Set(JMAPCapability.allCases), limits: limits) else { return 0 }
    var responses: [JMAPInvocation] = []
    for call in request.calls {
        guard let resolved = try? JMAPResultReference.resolve(call.arguments, in: responses) else { continue }
        precondition(resolved.names.allSatisfy { $0.first != "#" || $0 == "#" }, "a reference is left")
        readStandardArguments(JMAPArguments(resolved), limits)
        responses.append(JMAPInvocation(name: call.name, arguments: resolved, callID: call.callID))
    }
    return 0
}

private func readStandardArguments(_ arguments: JMAPArguments, _ limits: JMAPLimits) {
    _ = try? JMAPGetCall(arguments, limits: limits)
    _ = try? JMAPChangesCall(arguments, limits: limits)
    _ = try? JMAPCopyCall(arguments, limits: limits)
    _ = try? JMAPQueryChangesCall(arguments, limits: limits)
    if let query = try? JMAPQueryCall(arguments, limits: limits),
        let page = try? query.page(of: 10, indexOf: { _ in 3 })
    {
        precondition(page.lowerBound >= 0 && page.upperBound <= 10 && page.count <= query.limit, "a page of others")
    }
    guard let set = try? JMAPSetCall(arguments, limits: limits) else { return }
    for (_, object) in set.update {
        guard let patch = try? JMAPPatch(object) else { continue }
        _ = try? patch.applied(to: ["keywords": ["$seen": true], "list": [1, 2]])
    }
}
