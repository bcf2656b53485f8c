internal import CUnbound
internal import MailCore

/// How a lookup ended.
typealias ResolverOutcome = Result<DNSAnswer<[[UInt8]]>, DNSError>

/// The numbers of RFC 1035 §4.1.1 that an answer may have.
private enum ResponseCode {
    static let noError: Int32 = 0
    static let nameError: Int32 = 3

    /// For people.
    static func word(_ code: Int32) -> String {
        switch code {
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        default: "code \(code)"
        }
    }
}

extension ResolverOutcome {
    /// Copies what libunbound says. A bogus answer comes with its records, so that is looked at first.
    init(_ result: ub_result, _ limits: DNSLimits) {
        let security: DNSSecurity = result.secure != 0 ? .secure : .insecure
        if result.bogus != 0 {
            let reason = result.why_bogus.map { String(cString: $0) } ?? "the signatures are not right"
            self = .failure(.bogus(reason: String(reason.prefix(DNSLimits.reasonCharactersMax))))
        } else if result.nxdomain != 0 || result.rcode == ResponseCode.nameError {
            self = .failure(.noSuchDomain(security))
        } else if result.rcode != ResponseCode.noError {
            self = .failure(.serverFailure(detail: ResponseCode.word(result.rcode)))
        } else if result.havedata == 0 {
            self = .failure(.noData(security))
        } else {
            let records = Self.records(result, max: limits.recordsMax)
            let name = result.canonname ?? result.qname
            let answer = DNSAnswer(
                records: records, security: security, ttlSeconds: Swift.max(0, Int(result.ttl)),
                canonicalName: name.flatMap { Domain(String(cString: $0)) })
            self = records.isEmpty ? .failure(.malformed) : .success(answer)
        }
    }

    private static func records(_ result: ub_result, max: Int) -> [[UInt8]] {
        guard let data = result.data, let lengths = result.len else { return [] }
        var records: [[UInt8]] = []
        while records.count < max, let octets = data[records.count] {
            let count = Int(lengths[records.count])
            records.append([UInt8](UnsafeRawBufferPointer(start: octets, count: count)))
        }
        return records
    }
}
