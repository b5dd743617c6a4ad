import { printable } from '../commands/terminal-text.ts'
import type { ProfileFile } from './read-profiles.ts'

const MOST_LISTED = 20

/** How a file of profiles is read, and its first 20 refused rows, or all. */
export const fileLines = (file: ProfileFile, all: boolean): string[] => {
  const { user, columns, events, refused } = file
  const shown = all ? refused : refused.slice(0, MOST_LISTED)
  const width = Math.max(4, ...columns.map(({ attribute }) => attribute.length))
  return [
    `${'user'.padEnd(width)}  from ${printable(user)}`,
    ...columns.map(({ attribute, column, type }) =>
      printable(`${attribute.padEnd(width)}  ${type} from ${column}`),
    ),
    '',
    `${count(events.length)} rows can be used, ${count(refused.length)} cannot.`,
    ...shown.map(({ row, code, message }) => printable(`  row ${row}  ${code}: ${message}`)),
    ...(shown.length < refused.length
      ? [`  … and ${count(refused.length - shown.length)} more: --all lists them`]
      : []),
  ]
}

/** What an import came to. */
export const resultLine = ({ events }: ProfileFile, sent: number): string => {
  if (sent === 0) return 'All of it had been imported before: nothing was sent.'
  const before = events.length - sent
  const rest = before === 0 ? '' : `; an earlier run had sent ${count(before)}`
  return `${count(sent)} profiles were sent${rest}. Insights shows them within seconds, or when it runs.`
}

const count = (value: number): string => value.toLocaleString('en-US')
