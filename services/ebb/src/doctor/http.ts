import { printable } from '../commands/terminal-text.ts'
import type { Readiness, Service } from '../survey/service-probes.ts'
import { type Check, fail, ok, warn } from './check.ts'

/** An HTTP interface that was asked. */
export interface ProbedService extends Service {
  /** Absent where nothing answered. */
  readonly answer: Readiness | undefined
  /** A process has the data folder, so that something should answer. */
  readonly isRunning: boolean
  /** The command that starts one. */
  readonly start: string
}

const LONGEST = 300

/** Whether `/readyz` answered, and what the service lacks. */
export const checkHttp = (service: ProbedService): Check => {
  const { url, answer, isRunning, start } = service
  const name = `${service.name} http`
  if (answer === undefined) {
    const found = `nothing answers at ${url}`
    if (!isRunning) return warn(name, found, `Start \`${start}\``)
    return fail(name, found, `If it listens elsewhere, say so: --${service.name}-port`)
  }
  const told = printable(answer.told).slice(0, LONGEST)
  if (answer.isReady) return ok(name, told === '' ? `ready at ${url}` : `ready at ${url}; ${told}`)
  const found = `not ready at ${url} (${answer.status}): ${told}`
  return fail(name, found, 'Mend what it names; it goes on by itself when that is back')
}
