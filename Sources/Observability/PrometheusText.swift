/// The text exposition format 0.0.4.
enum PrometheusText {
    /// A metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`: other characters become `_`.
    static func name(_ label: String) -> String {
        identifier(label, isMetric: true)
    }

    /// `a="b",c="d"`, without the braces.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { key, value in identifier(key, isMetric: false) + "=\"" + escaped(value) + "\"" }
            .joined(separator: ",")
    }

    static func sample(_ name: String, _ labels: String, _ value: Double) -> String {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        return "\(name)\(braces) \(number(value))\n"
    }

    static func histogram(_ name: String, _ labels: String, _ histogram: PrometheusHistogram) -> String {
        let prefix = labels.isEmpty ? "" : labels + ","
        let counts = histogram.cumulative
        var text = ""
        for (bound, count) in zip(histogram.bounds, counts) {
            text += sample(name + "_bucket", "\(prefix)le=\"\(number(bound))\"", Double(count))
        }
        let all = Double(counts.last ?? 0)
        text += sample(name + "_bucket", "\(prefix)le=\"+Inf\"", all)
        text += sample(name + "_sum", labels, histogram.sum)
        text += sample(name + "_count", labels, all)
        return text
    }

    private static func identifier(_ text: String, isMetric: Bool) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            let isDigit = ("0"..."9").contains(scalar) && !name.isEmpty
            name.unicodeScalars.append(isLetter || isDigit || (isMetric && scalar == ":") ? scalar : "_")
        }
        return name.isEmpty ? "_" : name
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }
}
