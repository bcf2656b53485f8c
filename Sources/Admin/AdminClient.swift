/// The command's end of the control socket. Blocks: for a command's own process.
package struct AdminClient: ~Copyable {
    private let socket: AdminSocket

    /// Connects; nil when no server answers there.
    package init?(socketPath: String) {
        guard let socket = AdminSocket.connect(path: socketPath) else { return nil }
        self.socket = socket
    }

    /// Has the server do what is asked.
    package func perform(
        _ request: AdminRequest, report: (AdminAnswer) -> Void
    ) throws(AdminFailure) -> AdminResult {
        do {
            guard socket.send(try AdminFrame.encoded(request)) else { throw AdminClient.gone }
            while let json = socket.receive() {
                let answer = try AdminFrame.decoded(AdminAnswer.self, json)
                switch answer {
                case .progress, .note: report(answer)
                case .done(let result): return result
                case .failed(let problem, let advice): throw AdminFailure(problem, advice: advice)
                }
            }
            throw AdminClient.gone
        } catch let failure as AdminFailure {
            throw failure
        } catch {
            throw AdminFailure(
                "the server answers what this version does not understand",
                advice: "use the same version of paloma as the server")
        }
    }

    private static var gone: AdminFailure {
        AdminFailure(
            "the server has ended the conversation",
            advice: "look at its log; only the server's own user and root may give it commands")
    }
}
