import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The public sample of CDNOW that every user can replay. */
export const CDNOW = fileURLToPath(
  new URL('../../../../examples/cdnow_sample.txt', import.meta.url),
)

/** Arguments of its replay below a folder. */
export const cdnowReplay = (root: string, ...more: readonly string[]): string[] => [
  ...['replay', CDNOW, '--format', 'cdnow', '--data', root, '--json'],
  ...more,
]

/** Days with an order, as instants in ms, by customer: read without the project's own reader. */
export const cdnowOrderDays = (): Map<string, number[]> => {
  const days = new Map<string, Set<number>>()
  for (const line of readFileSync(CDNOW, 'utf8').split('\n')) {
    const [id, , date] = line.trim().split(/\s+/)
    if (!id || !date) continue
    const parts = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)]
    const day = Date.parse(`${parts.join('-')}T00:00:00Z`)
    days.set(id, (days.get(id) ?? new Set()).add(day))
  }
  return new Map([...days].map(([id, some]) => [id, [...some].sort((a, b) => a - b)]))
}
