internal import Directory
internal import MailCore

extension AdminService {
    func performOnCredentials(_ request: AdminRequest) async throws -> AdminResult {
        switch request {
        case .appPasswordAdd(let address, let name):
            let made = try await directory.addAppPassword(named: name, to: try await account(address))
            return .appPasswords([
                AppPasswordReport(summary: made.summary, password: AdminSecret(made.password.text))
            ])
        case .appPasswordList(let address):
            return .appPasswords(
                try await directory.appPasswords(of: try await account(address)).map {
                    AppPasswordReport(summary: $0)
                })
        case .appPasswordRemove(let address, let id):
            try await directory.removeAppPassword(id, of: try await account(address))
            return .ended(count: 1)
        case .sessionList(let address):
            return .sessions(try await directory.webSessions(of: try await account(address)))
        case .sessionsEnd(let address):
            return .ended(count: try await directory.closeWebSessions(of: try await account(address)))
        case .secondFactorOff(let address):
            return .ended(count: try await directory.endSecondFactor(of: try await account(address)) ? 1 : 0)
        default:
            return .nothing
        }
    }

    private func account(_ text: String) async throws -> AccountID {
        try await directory.account(try address(text)).accountID
    }
}
