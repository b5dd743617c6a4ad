import type { LogRecord } from './event-log.ts'
import { atOffset, type MessagingPlace, messagingStep } from './messaging-step.ts'
import { TRACE_HEADER, type TracedStep, type Tracer } from './tracing.ts'

/** Steps of the traces that lead through one batch of records. */
export interface RecordSteps {
  /** Begins the step of a record; its `traceparent` where the record is traced. */
  follow(record: LogRecord): string | undefined
  /** The effects are durable, or `error` is why not. */
  end(error?: Error): void
}

/** No step was begun yet. */
export const recordSteps = (tracer: Tracer, place: MessagingPlace): RecordSteps => {
  const begun: TracedStep[] = []
  return {
    follow: ({ headers, offset }) => {
      const cause = headers[TRACE_HEADER]
      if (cause === undefined) return undefined
      const { attributes, ...step } = messagingStep('process', place)
      const told = { ...step, attributes: { ...attributes, ...atOffset(offset) } }
      const traced = tracer.follow(told, cause)
      if (traced !== undefined) begun.push(traced)
      return traced?.traceparent
    },
    end: (error) => {
      for (const step of begun) step.end(error)
    },
  }
}

/** Runs what makes the effects of a batch durable, and ends its steps with what came of it. */
export const endingSteps = async <T>(steps: RecordSteps, work: () => Promise<T>): Promise<T> => {
  try {
    const done = await work()
    steps.end()
    return done
  } catch (error) {
    steps.end(error as Error)
    throw error
  }
}
