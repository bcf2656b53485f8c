// English. Keys are `area.name`, areas in alphabetical order; es.ts has the same keys.

export default {
  'action.archive': 'Archive',
  'action.back': 'Back',
  'action.cancel': 'Cancel',
  'action.clear': 'Clear',
  'action.close': 'Close',
  'action.compose': 'Write',
  'action.copy': 'Copy',
  'action.create': 'Create',
  'action.delete': 'Delete',
  'action.deleteForever': 'Delete for good',
  'action.forward': 'Forward',
  'action.junk': 'Junk',
  'action.label': 'Label',
  'action.markRead': 'Mark as read',
  'action.markUnread': 'Mark as unread',
  'action.more': 'More',
  'action.move': 'Move',
  'action.notJunk': 'Not junk',
  'action.print': 'Print',
  'action.rename': 'Rename',
  'action.reply': 'Reply',
  'action.replyAll': 'Reply all',
  'action.save': 'Save',
  'action.star': 'Star',
  'action.tryAgain': 'Try again',
  'action.undo': 'Undo',
  'action.unstar': 'Remove star',

  'app.folders': 'Folders',
  'app.list': 'Messages',
  'app.loading': 'Loading …',
  'app.logout': 'Log out',
  'app.menu': 'Menu',
  'app.message': 'Message',
  'app.skip': 'Skip to the messages',

  // attachment

  // compose

  // html

  'login.code': 'Code',
  'login.go': 'Log in',
  'login.password': 'Password',
  'login.title': 'Log in',
  'login.user': 'E-mail address',

  // print

  // settings

  // viewer
}
