import type { OwnMeasure } from './benchmark.ts'
import type { Target } from './http-load.ts'

/** What a contestant's process is told. */
export type ToContestant =
  | { readonly say: 'round'; readonly round: number }
  /** The requests of the round were sent and answered. */
  | { readonly say: 'loaded' }
  | { readonly say: 'close' }

/** What it says, each once the parent has answered the one before. */
export type FromContestant =
  | { readonly say: 'ready'; readonly target?: Target }
  /** Asks for the requests of the round. */
  | { readonly say: 'load' }
  | { readonly say: 'measured'; readonly measure: OwnMeasure }
