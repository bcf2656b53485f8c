package import Directory
package import JMAP
package import MailCore

/// Who asks.
package struct JMAPUser: Sendable, Hashable {
    package let account: AuthenticatedAccount
    /// By what: it decides what may be changed.
    package let means: LoginMeans

    /// What lets two logins of one account be told apart: the number of a web session; nil for a password.
    package var session: Int64? {
        guard case .session(let number) = means else { return nil }
        return number
    }

    package init(account: AuthenticatedAccount, session: Int64? = nil) {
        self.init(ProvenLogin(account: account, means: session.map { .session($0) } ?? .password))
    }

    package init(_ login: ProvenLogin) {
        account = login.account
        means = login.means
    }

    /// The id of the user's own account.
    package var accountID: JMAPID { JMAPID(account: account.id) }
}

extension JMAPID {
    /// The id of an account: `a12`.
    package init(account: AccountID) { self.init(made: "a\(account.rawValue)") }

    /// The account that an id means; nil when it is none's.
    package var account: AccountID? {
        guard text.first == "a", let number = Int64(text.dropFirst()), number > 0, "a\(number)" == text else {
            return nil
        }
        return AccountID(rawValue: number)
    }
}
