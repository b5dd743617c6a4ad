import type { NodeProcess } from '@ebb/testkit/node-process'

/** A line of a service's log, as far as it is looked at here. */
export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly processor?: string
  readonly partition?: number
  readonly err?: { readonly message: string; readonly code?: string }
}

/** What a service has logged so far. */
export const logOf = (service: NodeProcess): readonly LogLine[] =>
  service.lines().flatMap((line) => {
    try {
      return [JSON.parse(line) as LogLine]
    } catch {
      // Not of the log: something wrote past it.
      return []
    }
  })

/** Whether a line with this message was logged. */
export const hasLogged = (service: NodeProcess, msg: string): boolean =>
  logOf(service).some((line) => line.msg === msg)

const LINES_TOLD = 12

/** How a service ended, or that it runs, and what it last warned of, for a person. */
export const lastWords = (service: NodeProcess): string => {
  const state = service.isRunning() ? 'runs' : 'has ended'
  const warnings = service
    .lines()
    .filter((line) => !/"level":"(debug|info)"/.test(line))
    .slice(-LINES_TOLD)
    .map((line) => line.slice(0, 600))
  return [`${service.name} ${state}`, ...warnings, service.errors().slice(-2_000)]
    .filter((line) => line !== '')
    .join('\n    ')
}
