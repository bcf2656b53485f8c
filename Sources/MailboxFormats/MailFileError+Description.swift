internal import Glibc

extension MailFileError: CustomStringConvertible {
    /// What is wrong, with the path.
    package var description: String {
        switch self {
        case .system(let operation, let path, let number):
            "\(operation) \(path): \(String(cString: strerror(number)))"
        case .notMbox(let path):
            "\(path) is no mbox file: it does not begin with “From ”"
        case .notMaildir(let path):
            "\(path) is no Maildir: it has no folders cur and new"
        case .exists(let path):
            "\(path) exists already"
        }
    }
}
