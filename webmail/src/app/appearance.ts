// Light and dark. What was chosen is known before the first paint: the browser keeps it too.

export type Theme = 'system' | 'light' | 'dark'
const key = 'paloma.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

export function storedTheme(): Theme {
  const stored = localStorage.getItem(key)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function applyTheme(theme: Theme) {
  if (theme === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, theme)
  paint()
}

function paint() {
  const theme = storedTheme()
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
}

/** Paints, and follows the system when it changes. */
export function followSystem() {
  paint()
  dark.addEventListener('change', paint)
}
