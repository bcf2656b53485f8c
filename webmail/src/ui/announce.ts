/** Says something to whoever uses a screen reader; nothing is seen of it. */
export function announce(text: string) {
  const region = document.getElementById('announcer')
  if (!region) return
  // The same text twice is said twice only when it changes in between.
  region.textContent = ''
  setTimeout(() => (region.textContent = text), 60)
}
