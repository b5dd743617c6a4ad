import { HEARTBEAT_PROCESSOR, JUDGE_KEY } from '@ebb/features/heartbeat/heartbeat-definition'
import { silentAmong } from '@ebb/features/heartbeat/judge'
import { unpackJudgeState } from '@ebb/features/heartbeat/judge-state'
import { isJudged } from '@ebb/features/heartbeat/source-silence'
import type { ExaminedEngines } from '@ebb/streaming/engines'

/** What is known of the sources of events. */
export interface SourcesStanding {
  /** That are heard of and judged. */
  readonly judged: number
  /** Whose rhythm is not known for long enough yet. */
  readonly learning: number
  /** Judged silent, and since when (ms). */
  readonly silent: readonly { readonly source: string; readonly since: number }[]
}

/** As the judge has it; `undefined` where it has not judged yet. Throws as the store does. */
export const readSources = async ({
  store,
}: Pick<ExaminedEngines, 'store'>): Promise<SourcesStanding | undefined> => {
  const found = await store(HEARTBEAT_PROCESSOR)?.read(0, [JUDGE_KEY])
  const bytes = found?.states[0]
  if (bytes === undefined) return undefined
  const { clock, sources } = unpackJudgeState(bytes)
  const all = Object.values(sources)
  const judged = all.filter((source) => isJudged(source, clock)).length
  return { judged, learning: all.length - judged, silent: silentAmong(sources) }
}
