import Lab
import MailCore
import ServerConfiguration
import TerminalOutput

/// What a lab says when it runs: who listens where, who has an account, what to try.
struct LabNotice {
    let state: LabState
    let plan: LabPlan
    let terminal: Terminal

    func show() {
        terminal.line(terminal.style.bold("A small internet runs on this machine. Ctrl-C ends it."))
        terminal.line()
        terminal.write(listeners.rendered(style: terminal.style, columnsMax: terminal.columns))
        terminal.line()
        terminal.write(accounts.rendered(style: terminal.style, columnsMax: terminal.columns))
        terminal.line()
        terminal.line(
            "Passwords are taken without TLS too, on these addresses of this machine. With TLS, a mail program asks")
        terminal.line("about the certificates: they are made by the lab itself.")
        terminal.line()
        terminal.line(terminal.style.bold("Try, in another terminal:"))
        for line in hints { terminal.line("  \(line)") }
    }

    private var listeners: TextTable {
        var table = TextTable([.words("SERVER"), .words("WHAT"), .words("WHERE"), .words("TLS")])
        table.add(["NSD", "dns", state.nameServer, "none"])
        for server in state.servers {
            guard let configuration = try? Configuration.load(file: server.configurationFile) else { continue }
            for listener in configuration.listeners where listener.servedProtocol.isServed {
                table.add([
                    server.hostname, listener.servedProtocol.rawValue, "\(listener.place)", listener.tls.rawValue,
                ])
            }
        }
        return table
    }

    private var accounts: TextTable {
        var table = TextTable([.words("ACCOUNT"), .words("PASSWORD"), .words("MAIL SERVER")])
        for server in state.servers { table.add([server.account, server.password, server.address]) }
        return table
    }

    private var accountNames: String { state.servers.map(\.account).joined(separator: " to ") }

    private var hints: [String] {
        let lab = plan.folder == LabCommand.usualFolder ? "" : " --lab \(plan.folder)"
        var hints = [
            "paloma lab send\(lab)",
            "    a message travels from \(accountNames); every dialogue is shown",
            "paloma lab send\(lab) --direct",
            "    without the sending server: what servers say to one another",
        ]
        if let server = state.servers.first {
            hints.append("paloma queue list --config \(server.configurationFile)")
        }
        if let server = state.servers.last {
            let nameServer = plan.nameServer
            hints.append("dig @\(nameServer.address) -p \(nameServer.port) \(server.domain) MX")
            hints.append("tail -f \(plan.logFile(server.domain))")
        }
        return hints
    }
}
