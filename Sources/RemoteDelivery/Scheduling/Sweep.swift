internal import MailCore

/// A look at messages whose time has come, beside which others are read and sent.
struct Sweep {
    /// Those that are being met: they are not sent meanwhile.
    var met: Set<Int64> = []
    /// Those that were on their way since it began: what it read of them may be over.
    private(set) var settled: Set<Int64> = []
    private var isGoingOn = false

    mutating func begin() {
        isGoingOn = true
    }

    mutating func end() {
        self = Sweep()
    }

    /// Something became of a message.
    mutating func settle(_ queueID: QueueID) {
        if isGoingOn { settled.insert(queueID.rawValue) }
    }
}
