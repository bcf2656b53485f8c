import MailCore
import Testing

@testable import Directory

@Suite struct ListAdministrationTests {
    @Test func addShowChangeRemove() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccountsWithoutPassword(["ana@example.test", "bob@example.test"])
            let news = try address("news@example.test")
            var new = NewList(address: news)
            new.name = "News"
            new.owner = try address("bob@example.test")
            new.members = try addresses("ana@example.test", "r@elsewhere.example")
            let made = try await directory.addList(new)
            #expect(made.members == ["ana@example.test", "r@elsewhere.example"])
            #expect(made.owner == "bob@example.test")
            #expect(try await directory.list(news) == made)
            #expect(try await directory.addMembers(try addresses("bob@example.test"), toList: news).memberCount == 3)
            #expect(
                try await directory.removeMembers(try addresses("ana@example.test"), fromList: news).memberCount == 2)
            #expect(try await directory.lists().map(\.memberCount) == [2])
            try await directory.setList(news, name: "Noticias", owner: nil, reports: .toSender)
            let shown = try await directory.list(news)
            #expect(shown.name == "Noticias")
            #expect(shown.owner == nil)
            #expect(
                try await directory.outcome("news@example.test") == "bob@example.test, r@elsewhere.example list")
            try await directory.removeMembers(
                try addresses("bob@example.test", "r@elsewhere.example"), fromList: news)
            #expect(try await directory.outcome("news@example.test") == "emptyList")
            try await directory.removeList(news)
            await #expect(throws: DirectoryError.unknownList(news)) { try await directory.list(news) }
        }
    }

    @Test func whatIsRefused() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccountsWithoutPassword(["ana@example.test"])
            let ana = try address("ana@example.test")
            let nobody = try address("nobody@example.test")
            await #expect(throws: DirectoryError.addressExists(ana, .account)) {
                try await directory.addList(NewList(address: ana))
            }
            let long = try address(String(repeating: "x", count: 57) + "@example.test")
            await #expect(throws: DirectoryError.listNameTooLong(long, octetsMax: 56)) {
                try await directory.addList(NewList(address: long))
            }
            var list = NewList(address: try address("l@example.test"))
            list.owner = nobody
            await #expect(throws: DirectoryError.unknownTarget(nobody)) { try await directory.addList(list) }
            list.owner = nil
            try await directory.addList(list)
            await #expect(throws: DirectoryError.loop(list.address, via: list.address)) {
                try await directory.addMembers([list.address], toList: list.address)
            }
            await #expect(throws: DirectoryError.notATarget(ana, of: list.address)) {
                try await directory.removeMembers([ana], fromList: list.address)
            }
            await #expect(throws: DirectoryError.unknownList(nobody)) {
                try await directory.addMembers([ana], toList: nobody)
            }
        }
    }
}
