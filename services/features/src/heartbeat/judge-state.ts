import { HaltError } from '@ebb/streaming/faults'
import type { JudgeState } from './judge.ts'

const LAYOUT = 1

/** JSON, with the number of its layout. */
export const packJudgeState = (state: JudgeState): Uint8Array =>
  Buffer.from(JSON.stringify({ layout: LAYOUT, ...state }))

/** Throws the halt `EBB_STATE_VERSION` for a layout that this version does not know. */
export const unpackJudgeState = (bytes: Uint8Array): JudgeState => {
  const { layout, ...state } = JSON.parse(Buffer.from(bytes).toString('utf8')) as JudgeState & {
    readonly layout: number
  }
  if (layout === LAYOUT) return state
  throw new HaltError(
    'EBB_STATE_VERSION',
    `the state of the judge of sources has layout ${layout}, and this version of Ebb reads ` +
      `${LAYOUT}; run the one that wrote it, or make the states again with \`ebb rebuild\``,
  )
}
