import { printable } from '../commands/terminal-text.ts'
import type { Probed } from '../survey/service-probes.ts'
import { type Check, fail, ok, warn } from './check.ts'

/** An HTTP interface that was asked. */
export interface ProbedService extends Probed {
  /** A process has the data folder, so that something should answer. */
  readonly isRunning: boolean
  /** On shared engines any machine may have it. */
  readonly isShared: boolean
  /** The command that starts one that is not shared. */
  readonly start: string
}

const LONGEST = 300

/** Whether `/readyz` answered, and what the service lacks. */
export const checkHttp = (service: ProbedService): Check => {
  const { url, variable, isNamed, answer, isRunning, isShared, start } = service
  const name = `${service.name} http`
  if (answer === undefined) {
    const found = `nothing answers at ${url}`
    if (isNamed) return fail(name, found, `Mend the service, or the address in ${variable}`)
    const elsewhere = `--${service.name}-port`
    if (isRunning) return fail(name, found, `If it listens elsewhere, say so: ${elsewhere}`)
    if (!isShared) return warn(name, found, `Start \`${start}\``)
    return warn(name, found, `Mend the service, or say where it is: ${variable} or ${elsewhere}`)
  }
  const told = printable(answer.told).slice(0, LONGEST)
  if (answer.isReady) return ok(name, told === '' ? `ready at ${url}` : `ready at ${url}; ${told}`)
  const found = `not ready at ${url} (${answer.status}): ${told}`
  return fail(name, found, 'Mend what it names; it goes on by itself when that is back')
}
