package import JSON

/// Which records a query wants (RFC 8620 §5.5).
package indirect enum JMAPFilter: Hashable, Sendable {
    /// A FilterCondition, whose members the type defines.
    case condition(JSONObject)
    /// All of them.
    case and([JMAPFilter])
    /// Any of them.
    case or([JMAPFilter])
    /// None of them.
    case not([JMAPFilter])

    /// Reads a filter; nil for null.
    package init?(_ value: JSONValue?, limits: JMAPLimits) throws(JMAPMethodError) {
        guard let value, value != .null else { return nil }
        var count = 0
        self = try Self.read(value, depth: 0, &count, limits)
    }

    private static func read(
        _ value: JSONValue, depth: Int, _ count: inout Int, _ limits: JMAPLimits
    ) throws(JMAPMethodError) -> JMAPFilter {
        guard let object = value.object else { throw .invalidArguments("a filter is an object") }
        count += 1
        guard depth <= limits.filterDepthMax, count <= limits.filterConditionsMax else {
            throw .unsupportedFilter("the filter is too complex")
        }
        guard let name = object["operator"] else { return .condition(object) }
        guard let written = object["conditions"]?.array else {
            throw .invalidArguments("a FilterOperator has conditions")
        }
        var conditions: [JMAPFilter] = []
        for condition in written { conditions.append(try read(condition, depth: depth + 1, &count, limits)) }
        switch name.string {
        case "AND": return .and(conditions)
        case "OR": return .or(conditions)
        case "NOT": return .not(conditions)
        default: throw .invalidArguments("an operator is AND, OR or NOT")
        }
    }
}

/// By what a query sorts (RFC 8620 §5.5).
package struct JMAPComparator: Hashable, Sendable {
    /// Which way.
    package enum Direction: Sendable { case ascending, descending }

    package var property: String
    package var direction: Direction
    /// The name of a collation of RFC 4790; nil: the server's choice.
    package var collation: String?
    /// All of it, for what the property asks for beside (`keyword`).
    package var object: JSONObject

    init(_ value: JSONValue) throws(JMAPMethodError) {
        guard let object = value.object else { throw .invalidArguments("a Comparator is an object") }
        let arguments = JMAPArguments(object)
        self.object = object
        property = try arguments.string("property")
        direction = try arguments.bool("isAscending", default: true) ? .ascending : .descending
        collation = try arguments.optionalString("collation")
    }

    /// `Comparator[]|null`
    static func list(_ arguments: JMAPArguments) throws(JMAPMethodError) -> [JMAPComparator] {
        guard let value = arguments.value("sort") else { return [] }
        guard let elements = value.array else { throw .invalidArguments("sort is no array") }
        guard elements.count <= 16 else { throw .unsupportedSort("there are too many comparators") }
        var comparators: [JMAPComparator] = []
        for element in elements { comparators.append(try JMAPComparator(element)) }
        return comparators
    }
}
