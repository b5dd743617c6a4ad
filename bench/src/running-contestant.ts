import { fork } from 'node:child_process'
import { on } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { Contestant, Measure, Setting } from './benchmark.ts'
import type { FromContestant, ToContestant } from './contestant-messages.ts'
import { postRequests, sendAll } from './http-load.ts'

/** A contestant that is ready for its rounds. */
export interface RunningContestant {
  readonly contestant: Contestant
  /** Runs a round, with these bodies to send, and says what it took. Throws where the process failed. */
  round(number: number, bodies: readonly string[]): Promise<Measure>
  close(): Promise<void>
}

const PROGRAM = new URL('./contestant-process.ts', import.meta.url)

/** Starts a contestant of a benchmark in a process of its own. The flags of this process are passed on to it. */
export const startContestant = async (
  benchmark: string,
  contestant: Contestant,
  setting: Setting,
): Promise<RunningContestant> => {
  const { name } = contestant
  mkdirSync(setting.folder)
  const child = fork(PROGRAM, [benchmark, name, JSON.stringify(setting)])
  const messages = on(child, 'message', { close: ['exit'] })
  const hear = async (): Promise<FromContestant> => {
    const { value, done } = await messages.next()
    if (done) throw new Error(`The process of "${name}" ended; see its words above`)
    return value[0]
  }
  const tell = (message: ToContestant): void => {
    child.send(message)
  }
  const ready = await hear()
  const target = ready.say === 'ready' ? ready.target : undefined
  return {
    contestant,
    round: async (round, bodies) => {
      const requests = target === undefined ? [] : postRequests(target, bodies)
      tell({ say: 'round', round })
      let latenciesMs: readonly number[] = []
      for (;;) {
        const heard = await hear()
        if (heard.say === 'measured') return { ...heard.measure, latenciesMs }
        latenciesMs = await sendAll(target!, requests)
        tell({ say: 'loaded' })
      }
    },
    close: async () => {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      tell({ say: 'close' })
      await exited
    },
  }
}
