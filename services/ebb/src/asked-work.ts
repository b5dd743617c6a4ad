import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from '@ebb/runtime/logger'
import type { Place } from '@ebb/streaming/engines'
import { HaltError } from '@ebb/streaming/faults'
import { waitFor } from '@ebb/streaming/retry'

// One process owns a data folder. While `ebb up` runs there, it is the one that does what needs the
// whole folder: asked, and answering, by a file.
type Asked<Request, Result> = { readonly request: Request } & (
  | { readonly state: 'wanted' | 'running' }
  | { readonly state: 'done'; readonly result: Result }
  | { readonly state: 'failed'; readonly code: string; readonly message: string }
)

/** Where work is asked for. */
export interface AskingPlace {
  readonly place: Place
  /** Names the file, and with it the kind of work. */
  readonly name: string
}

/** What is asked, and by whom. */
export interface Asking<Request> extends AskingPlace {
  readonly request: Request
  readonly interrupted: AbortSignal
}

const LOOK_EVERY_MS = 500
/** An owner that has not heard by then is none that does such work. */
const HEARD_WITHIN_MS = 10_000

const fileOf = ({ place, name }: AskingPlace): string => join(place.folder, `${name}.json`)

const read = <Request, Result>(at: AskingPlace): Asked<Request, Result> | undefined => {
  try {
    return JSON.parse(readFileSync(fileOf(at), 'utf8')) as Asked<Request, Result>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const write = <Request, Result>(at: AskingPlace, asked: Asked<Request, Result>): void => {
  const file = fileOf(at)
  // Whoever reads it finds all of it, also behind a loss of power.
  writeFileSync(`${file}.new`, JSON.stringify(asked), { flush: true })
  renameSync(`${file}.new`, file)
}

/** Nobody waits for an answer any more. */
export const forgetAsked = (at: AskingPlace): void => rmSync(fileOf(at), { force: true })

/**
 * Does `work` here; where another process owns the data folder, asks that one to do the same, which
 * goes on with it when who asked is interrupted: then this resolves to `undefined`.
 */
export const doOrAsk = async <Request, Result>(
  asking: Asking<Request>,
  work: () => Promise<Result | undefined>,
): Promise<Result | undefined> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HaltError) || error.code !== 'EBB_DATA_IN_USE') throw error
    return askOwner(asking, error)
  }
}

/** Whoever asks the same gets the same answer; whoever asks something else waits for its turn. */
const askOwner = async <Request, Result>(
  asking: Asking<Request>,
  inUse: HaltError,
): Promise<Result | undefined> => {
  const { request, interrupted } = asking
  let found = read<Request, Result>(asking)
  // An answer that is there already was given to somebody who did not wait for it.
  if (isAnswer(found) || found === undefined) write(asking, { state: 'wanted', request })
  let movedAt = performance.now()
  while (!interrupted.aborted) {
    await waitFor(LOOK_EVERY_MS, interrupted)
    const before = found
    found = read<Request, Result>(asking)
    if (isAnswer(found) && isDeepStrictEqual(found.request, request)) return answerIn(asking, found)
    if (found?.state === 'running' || !isDeepStrictEqual(found, before)) movedAt = performance.now()
    // Another one's answer lies for one look at least, for whoever waits for it.
    else if (found === undefined || isAnswer(found)) write(asking, { state: 'wanted', request })
    if (performance.now() - movedAt <= HEARD_WITHIN_MS) continue
    forgetAsked(asking)
    throw inUse
  }
  return undefined
}

type Answer<Request, Result> = Extract<
  Asked<Request, Result>,
  { readonly state: 'done' | 'failed' }
>

const isAnswer = <Request, Result>(
  asked: Asked<Request, Result> | undefined,
): asked is Answer<Request, Result> => asked?.state === 'done' || asked?.state === 'failed'

const answerIn = <Request, Result>(at: AskingPlace, answer: Answer<Request, Result>): Result => {
  forgetAsked(at)
  if (answer.state === 'done') return answer.result
  throw new HaltError(answer.code, answer.message)
}

/** Who does what is asked. */
export interface Answering<Request, Result> extends AskingPlace {
  readonly logger: Logger
  /** Resolves to `undefined` where `interrupted` ended it: the next process goes on with it. */
  readonly work: (request: Request, interrupted: AbortSignal) => Promise<Result | undefined>
}

/** Does the work whenever it is asked for, until it is stopped. */
export const answerWhenAsked = <Request, Result>(
  answering: Answering<Request, Result>,
): { stop(): Promise<void> } => {
  const stopping = new AbortController()
  const { signal } = stopping
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const asked = read<Request, Result>(answering)
      if (asked !== undefined && !isAnswer(asked)) await answer(answering, asked.request, signal)
      await waitFor(LOOK_EVERY_MS, signal)
    }
  }
  const { logger, name } = answering
  const running = run().catch((err) => logger.error({ err }, `no ${name} can be asked for`))
  return {
    stop: () => {
      stopping.abort()
      return running
    },
  }
}

const answer = async <Request, Result>(
  answering: Answering<Request, Result>,
  request: Request,
  interrupted: AbortSignal,
): Promise<void> => {
  const { logger, name, work } = answering
  write(answering, { state: 'running', request })
  logger.info({ name, request }, 'begins what was asked for')
  try {
    const result = await work(request, interrupted)
    if (result !== undefined) write(answering, { state: 'done', request, result })
  } catch (error) {
    const { code = 'EBB_PROCESSOR_FAILED', message } = error as Error & { code?: string }
    logger.error({ err: error, name }, 'what was asked for could not be done')
    write(answering, { state: 'failed', request, code, message })
  }
}
