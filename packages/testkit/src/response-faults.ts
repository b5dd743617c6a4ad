import {
  answeredRequest,
  frameSplitter,
  type RequestHeader,
  requestHeader,
} from './kafka-frames.ts'

/** A response that a rule may choose. */
export interface ChosenResponse extends RequestHeader {
  /** Counts the responses of this API since the rule was made, from 1, over all connections. */
  readonly nth: number
}

/** Which responses are lost, after the broker has done what was asked. */
export interface DropRule {
  /** One of `KAFKA_API`. */
  readonly apiKey: number
  readonly judge: (response: ChosenResponse) => Verdict
}

/** A rule at work. */
export interface DropFault {
  /** How many responses were lost so far. */
  readonly dropped: number
  /** Loses no more. */
  lift(): void
}

/**
 * What becomes of a response. Of one that is lost the client sees that its connection is cut, or
 * hangs for an answer on a connection that lives.
 */
export type Verdict = 'pass' | 'cut' | 'hang'

/** The rules of one proxy. */
export interface ResponseFaults {
  drop(rule: DropRule): DropFault
  /** On the response to a request. */
  judge(request: RequestHeader): Verdict
}

/** Begins without rules. */
export const responseFaults = (): ResponseFaults => {
  const rules = new Set<(request: RequestHeader) => Verdict>()
  return {
    drop: (rule) => {
      let nth = 0
      let dropped = 0
      const judge = (request: RequestHeader): Verdict => {
        if (request.apiKey !== rule.apiKey) return 'pass'
        nth++
        const verdict = rule.judge({ ...request, nth })
        if (verdict !== 'pass') dropped++
        return verdict
      }
      rules.add(judge)
      return {
        get dropped() {
          return dropped
        },
        lift: () => void rules.delete(judge),
      }
    },
    judge: (request) => {
      for (const rule of rules) {
        const verdict = rule(request)
        if (verdict !== 'pass') return verdict
      }
      return 'pass'
    },
  }
}

/** What goes on, of what came in, in its order; `cut` is where the connection ends. */
export type Passing = (chunk: Buffer) => (Buffer | 'cut')[]

/** The two directions of one connection to a broker: pairs responses with their requests. */
export const kafkaPassing = (
  faults: ResponseFaults,
): { readonly requests: Passing; readonly responses: Passing } => {
  const unanswered = new Map<number, RequestHeader>()
  const splitRequests = frameSplitter()
  const splitResponses = frameSplitter()
  const verdictOn = (frame: Buffer): Verdict => {
    const request = unanswered.get(answeredRequest(frame))
    unanswered.delete(answeredRequest(frame))
    return request === undefined ? 'pass' : faults.judge(request)
  }
  return {
    requests: (chunk) => {
      const frames = splitRequests(chunk)
      for (const header of frames.map(requestHeader)) unanswered.set(header.correlationId, header)
      return frames
    },
    responses: (chunk) =>
      splitResponses(chunk).flatMap((frame): (Buffer | 'cut')[] => {
        const verdict = verdictOn(frame)
        if (verdict === 'cut') return ['cut']
        return verdict === 'pass' ? [frame] : []
      }),
  }
}
