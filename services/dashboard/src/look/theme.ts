import { computed, effect, signal } from '@preact/signals'
import { preference } from './preference.ts'

/** What the reader can choose: `system` follows the device. */
export const THEMES = ['system', 'light', 'dark'] as const

/** What the reader chose. */
export const theme = preference({ key: 'ebb.theme', values: THEMES, fallback: 'system' })

const darkDevice = matchMedia('(prefers-color-scheme: dark)')
const isDeviceDark = signal(darkDevice.matches)
darkDevice.addEventListener('change', ({ matches }) => {
  isDeviceDark.value = matches
})

/** What is shown. */
export const shownTheme = computed(() =>
  theme.value === 'system' ? (isDeviceDark.value ? 'dark' : 'light') : theme.value,
)

effect(() => {
  document.documentElement.dataset['theme'] = shownTheme.value
})
