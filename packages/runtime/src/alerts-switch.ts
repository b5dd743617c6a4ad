import { SWITCHES_KEY, Switches } from '@ebb/contracts/installation'
import { messageCodec } from '@ebb/contracts/message-codec'
import { INSTALLATION } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import type { GenerationEngines, Generations } from '@ebb/streaming/generation'
import { AbortedError } from '@ebb/streaming/retry'
import type { Logger } from './logger.ts'
import { onceAMinute } from './once-a-minute.ts'

/** What a scorer that can be paused runs on. */
export interface AlertsSwitchSettings {
  readonly generations: Generations
  /** Hears that alerts were paused or go on, and that the log could not be asked. */
  readonly logger: Logger
  readonly lookEveryMs?: number
}

/** Engines whose consumers stand still while alerts are paused. */
export interface AlertsSwitch {
  readonly generations: Generations
  stop(): void
}

const LOOK_EVERY_MS = 1_000
const PARTITION = { topic: INSTALLATION, partition: 0 }
const { encode, decode } = messageCodec(Switches)

/** The record that switches alerts off or on, without its place. */
export const switchesRecord = (alertsPaused: boolean) => ({
  topic: INSTALLATION,
  key: SWITCHES_KEY,
  value: encode({ alertsPaused }),
})

/**
 * Holds back the batches of consumers while alerts are paused: nothing is lost, and the clock of what
 * they keep stands still with them. Asks the log first, so that a pause outlives a restart; throws
 * where the log cannot be asked.
 */
export const alertsSwitch = async (settings: AlertsSwitchSettings): Promise<AlertsSwitch> => {
  const { generations, logger, lookEveryMs = LOOK_EVERY_MS } = settings
  const seen = { offset: 0, isPaused: false }
  let resumed = Promise.withResolvers<void>()
  const look = async (): Promise<void> => {
    const before = seen.isPaused
    await readOn(generations.inForce().log, seen)
    if (before === seen.isPaused) return
    logger.info({ paused: seen.isPaused }, 'alerts')
    if (!seen.isPaused) {
      resumed.resolve()
      resumed = Promise.withResolvers<void>()
    }
  }
  await look()
  const onFault = onceAMinute((err) => logger.warn({ err }, 'cannot ask whether alerts are paused'))
  const timer = setInterval(() => look().catch(onFault), lookEveryMs)
  const whileUnpaused = async (signal: AbortSignal): Promise<void> => {
    while (seen.isPaused) await orAborted(resumed.promise, signal)
  }
  const pausing = (of: GenerationEngines): GenerationEngines => {
    return { ...of, log: pausable(of.log, whileUnpaused) }
  }
  return {
    generations: {
      inForce: () => pausing(generations.inForce()),
      follow: (run) => generations.follow((of) => run(pausing(of))),
    },
    stop: () => clearInterval(timer),
  }
}

const readOn = async (
  log: EventLog,
  seen: { offset: number; isPaused: boolean },
): Promise<void> => {
  for (;;) {
    const { records } = await log.read(PARTITION, seen.offset, 100)
    for (const { key, value, offset } of records) {
      if (key === SWITCHES_KEY) seen.isPaused = decode(value).alertsPaused
      seen.offset = offset + 1
    }
    if (records.length === 0) return
  }
}

const pausable = (
  log: EventLog,
  whileUnpaused: (signal: AbortSignal) => Promise<void>,
): EventLog => ({
  system: log.system,
  partitions: log.partitions,
  append: log.append,
  read: log.read,
  advised: log.advised,
  consume: (group, topic, listener) =>
    log.consume(group, topic, {
      assigned: (partition) => listener.assigned(partition),
      revoked: (partition) => listener.revoked(partition),
      halted: (error) => listener.halted(error),
      batch: async (partition, records, signal) => {
        await whileUnpaused(signal)
        return listener.batch(partition, records, signal)
      },
    }),
})

const orAborted = (promise: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const aborted = (): void => reject(new AbortedError())
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    promise.then(() => {
      signal.removeEventListener('abort', aborted)
      resolve()
    })
  })
