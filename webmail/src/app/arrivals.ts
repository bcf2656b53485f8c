// New mail is told: by the title, by the icon, and by a notification where that was allowed.

import { fullName } from '../list/people'
import type { Text } from '../i18n'
import type { Email } from '../jmap/types'

const iconSize = 64
/** Notifications of one batch; more are told as a number. */
const shownMax = 3

/** Writes the number of unread messages into the title and the icon. */
export function showUnread(count: number, place: string) {
  document.title = count > 0 ? `(${count}) ${place} · Paloma` : `${place} · Paloma`
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  if (!link) return
  link.dataset.plain ??= link.href
  if (count === 0) {
    link.href = link.dataset.plain
    return
  }
  const image = new Image()
  image.onload = () => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = iconSize
    const context = canvas.getContext('2d')
    if (!context) return
    context.drawImage(image, 0, 0, iconSize, iconSize)
    context.fillStyle = '#d93025'
    context.beginPath()
    context.arc(iconSize - 18, 18, 18, 0, 2 * Math.PI)
    context.fill()
    context.fillStyle = '#fff'
    context.font = `bold ${count > 9 ? 22 : 28}px system-ui`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillText(count > 99 ? '∞' : String(count), iconSize - 18, 19)
    link.href = canvas.toDataURL('image/png')
  }
  image.src = link.dataset.plain
}

export function notificationsAllowed(): boolean {
  return 'Notification' in window && Notification.permission === 'granted'
}

/** Tells of messages that came; `open` shows one. */
export function notify(emails: Email[], t: Text, open: (email: Email) => void) {
  if (!notificationsAllowed() || document.hasFocus()) return
  for (const email of emails.length > shownMax ? emails.slice(0, 1) : emails) {
    const notification =
      emails.length > shownMax
        ? new Notification(t('app.newMail', { n: emails.length }), { tag: 'paloma' })
        : new Notification(fullName(email.from?.[0], t('app.nobody')), {
            body: `${email.subject ?? t('app.noSubject')}\n${email.preview}`,
            tag: email.id,
          })
    notification.onclick = () => {
      window.focus()
      open(email)
      notification.close()
    }
  }
}
