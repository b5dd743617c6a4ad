import { effect, type Signal, signal } from '@preact/signals'

interface PreferenceSettings<T extends string> {
  readonly key: string
  readonly values: readonly T[]
  readonly fallback: T
}

/** A choice of the reader that the browser remembers where it may. */
export const preference = <T extends string>(settings: PreferenceSettings<T>): Signal<T> => {
  const chosen = signal<T>(remembered(settings))
  effect(() => {
    try {
      localStorage.setItem(settings.key, chosen.value)
    } catch {
      // Storage may be switched off; the choice then lasts as long as the page.
    }
  })
  return chosen
}

const remembered = <T extends string>({ key, values, fallback }: PreferenceSettings<T>): T => {
  try {
    const value = localStorage.getItem(key)
    return values.find((known) => known === value) ?? fallback
  } catch {
    return fallback
  }
}
