import { type Check, fail, ok, warn } from './doctor-check.ts'
import { printable } from './terminal-text.ts'

/** An HTTP interface that should answer. */
export interface HttpProbe {
  readonly name: string
  /** Without a path. */
  readonly url: string
  /** How another port is given. */
  readonly option: string
  /** A process has the data folder, so that something should answer. */
  readonly isRunning: boolean
  /** The command that starts one. */
  readonly start: string
  readonly signal: AbortSignal
}

const PATIENCE_MS = 2_000

/** Whether `/readyz` answers, and with what. */
export const checkHttp = async (probe: HttpProbe): Promise<Check> => {
  const { name, url, option, isRunning, start } = probe
  const signal = AbortSignal.any([probe.signal, AbortSignal.timeout(PATIENCE_MS)])
  try {
    const answer = await fetch(`${url}/readyz`, { signal })
    if (answer.ok) return ok(name, `ready at ${url}`)
    const said = printable((await answer.text()).slice(0, 200))
    const mend = 'Wait a moment; if it stays so, the log of the process says why'
    return fail(name, `${url} answers ${answer.status}: ${said}`, mend)
  } catch {
    if (isRunning)
      return fail(name, `nothing answers at ${url}`, `If it listens elsewhere, say so: ${option}`)
    return warn(name, `nothing answers at ${url}`, `Start \`${start}\``)
  }
}
