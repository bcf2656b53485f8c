internal import IMAP
internal import InternetMessage
internal import MailCore

/// The algorithm ORDEREDSUBJECT (RFC 5256 §3): messages of one base subject, by date; the first has the others below it.
enum OrderedSubjectThreader {
    /// The threads of messages that stand in the order of the mailbox.
    static func threads(_ messages: [ThreadableMessage], number: (UID) -> UInt32?) -> ThreadForest {
        var bySubject: [[UInt8]: [Int]] = [:]
        for (place, message) in messages.enumerated() { bySubject[message.baseSubject, default: []].append(place) }
        func isBefore(_ one: Int, _ other: Int) -> Bool {
            (messages[one].seconds, one) < (messages[other].seconds, other)
        }
        let threads = bySubject.values.map { $0.sorted(by: isBefore) }.sorted { isBefore($0[0], $1[0]) }
        var forest = ThreadForest()
        for thread in threads {
            let children = thread.dropFirst().map { forest.add(number(messages[$0].uid)) }
            forest.roots.append(forest.add(number(messages[thread[0]].uid), children: children))
        }
        return forest
    }
}
