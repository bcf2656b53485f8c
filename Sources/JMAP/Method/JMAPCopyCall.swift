package import JSON

/// The arguments of a /copy (RFC 8620 §5.4).
package struct JMAPCopyCall: Sendable {
    /// What happens to the originals of those that are copied.
    package enum Originals: Sendable {
        case stay
        case destroyed(ifInState: String?)
    }

    package let fromAccountID: JMAPID
    package let ifFromInState: String?
    package let accountID: JMAPID
    package let ifInState: String?
    /// Creation ids with what differs from the original, whose id is among it.
    package let create: [(key: String, object: JSONObject)]
    package let originals: Originals

    package init(_ arguments: JMAPArguments, limits: JMAPLimits) throws(JMAPMethodError) {
        fromAccountID = try arguments.id("fromAccountId")
        ifFromInState = try arguments.optionalString("ifFromInState")
        accountID = try arguments.id("accountId")
        ifInState = try arguments.optionalString("ifInState")
        guard fromAccountID != accountID else { throw .invalidArguments("the accounts are the same") }
        create = try arguments.objects("create")
        guard create.count <= limits.objectsInSetMax else { throw .requestTooLarge }
        let isDestroyed = try arguments.bool("onSuccessDestroyOriginal", default: false)
        let state = try arguments.optionalString("destroyFromIfInState")
        originals = isDestroyed ? .destroyed(ifInState: state) : .stay
    }
}
