import type { DecisionPage, DecisionView, WinbackSummary } from '@ebb/contracts/winback-api'

/** What Ebb knows of its experiment. */
export interface MeasuredArms {
  readonly summary: WinbackSummary
  /** Dealt to the treated arm while win-backs were sent, whatever became of that. */
  readonly treated: readonly DecisionView[]
}

/** Where retention answers, and a secret key with the scope `winbacks:read`. */
export interface RetentionReader {
  readonly url: string
  readonly key: string
}

/** Asks retention over HTTP. Throws where it does not answer soon, or not with success. */
export const measuredArms = async (retention: RetentionReader): Promise<MeasuredArms> => {
  const summary = await ask<WinbackSummary>(retention, '/v1/winbacks/summary')
  const treated: DecisionView[] = []
  for await (const decision of allDecisions(retention))
    if (decision.arm === 'treated' && decision.status !== 'shadow') treated.push(decision)
  return { summary, treated }
}

async function* allDecisions(retention: RetentionReader): AsyncGenerator<DecisionView> {
  let before = ''
  for (;;) {
    const path = `/v1/winbacks/decisions?limit=500${before}`
    const { decisions, next } = await ask<DecisionPage>(retention, path)
    yield* decisions
    if (next === undefined) return
    before = `&before=${encodeURIComponent(next)}`
  }
}

const PATIENCE_MS = 2_000

const ask = async <T>({ url, key }: RetentionReader, path: string): Promise<T> => {
  const headers = { authorization: `Bearer ${key}` }
  const answer = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status}`)
  return (await answer.json()) as T
}
