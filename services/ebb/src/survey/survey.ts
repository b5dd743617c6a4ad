import type { Installation } from '@ebb/contracts/installation'
import { MADE_FROM_STATES } from '@ebb/contracts/topics'
import { readInstallation } from '@ebb/runtime/installation'
import type { EngineReport, ExaminedEngines, Place } from '@ebb/streaming/engines'
import { examinedInGeneration, nameInGeneration } from '@ebb/streaming/generation'
import type { CliContext } from '../cli-context.ts'
import { lookAtRecords, notRunning, type RecordsLook } from './records-look.ts'
import { settledWithin } from './time-limit.ts'

/** What was asked, or why there is no answer. */
export type Answer<T> = PromiseSettledResult<T>

/** Every engine of a place, each asked by itself, so that one that is away hides no other. */
export interface Survey {
  /** Topics and states of the generation in force; absent where nothing was begun, or the log is away. */
  readonly engines: ExaminedEngines | undefined
  readonly installation: Installation | undefined
  /** Fulfilled with nothing where nothing was begun. */
  readonly log: Answer<EngineReport | undefined>
  /** Absent where there is no log to go with it. */
  readonly store: Answer<EngineReport> | undefined
  /** Absent where no PostgreSQL is meant to be there. */
  readonly records: Answer<RecordsLook> | undefined
  /** Ends soon, whatever is on its way. */
  close(): Promise<void>
}

/** An engine that has not answered by then counts as away. */
const PATIENCE_MS = 4_000
const GOODBYE_MS = 500

/** Asks every engine at once. Changes nothing anywhere. */
export const surveyOf = async (context: CliContext, place: Place): Promise<Survey> => {
  const [opened] = await Promise.allSettled([context.engines.examine(place)])
  const found = opened.status === 'fulfilled' ? opened.value : undefined
  const reportOnLog = async (): Promise<EngineReport | undefined> => {
    if (opened.status === 'rejected') throw opened.reason
    return found?.report('log')
  }
  const begun = found && readInstallation(found.log)
  const answer = <T>(asked: Promise<T>) => settledWithin(PATIENCE_MS, asked)
  const [log, store, installation, records] = await Promise.all([
    answer(reportOnLog()),
    found && answer(found.report('store')),
    answer(Promise.resolve(begun)),
    context.records && answer(recordsAt(context, place)),
  ])
  const isRead = log.status === 'fulfilled' && installation.status === 'fulfilled'
  const close = async (): Promise<void> => {
    const isOpen = records?.status === 'fulfilled'
    const ends = [found?.close(), isOpen ? records.value.close() : undefined]
    await settledWithin(GOODBYE_MS, Promise.all(ends))
  }
  return {
    engines: isRead ? found && inForce(found, installation.value) : undefined,
    installation: isRead ? installation.value : undefined,
    log: log.status === 'fulfilled' && installation.status === 'rejected' ? installation : log,
    ...{ store, records, close },
  }
}

const recordsAt = async (context: CliContext, place: Place): Promise<RecordsLook> => {
  const url = context.records?.find(place)
  if (url === undefined) throw notRunning()
  return lookAtRecords(url, place.namespace)
}

const inForce = (
  found: ExaminedEngines,
  { generation = 0 }: Partial<Installation> = {},
): ExaminedEngines => ({
  ...found,
  log: examinedInGeneration(found.log, { generation, madeFromStates: MADE_FROM_STATES }),
  store: (name) => found.store(nameInGeneration(name, generation)),
})
