import type { Installation } from '@ebb/contracts/installation'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { ProcessClock } from '@ebb/runtime/clock'
import type { Logger } from '@ebb/runtime/logger'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { GenerationLog, Generations } from '@ebb/streaming/generation'
import type { DashboardKeys } from './access/dashboard-keys.ts'
import type { ModelScoring } from './grading/model-in-force.ts'
import type { EngineName } from './live/live-view.ts'
import type { ReaderLags } from './live/reader-lag.ts'
import type { RetentionAddress } from './winbacks/retention.ts'
import type { TruthSource } from './winbacks/truth-routes.ts'

/** What insights runs on. */
export interface InsightsPorts {
  readonly generations: Generations<GenerationLog>
  /** The schema of insights. */
  readonly postgres: Postgres
  readonly keys: DashboardKeys
  /** What risks are of. */
  readonly clock: ProcessClock
  /** What sign-ins end by; the clock on the wall unless given. */
  readonly wall?: ProcessClock
  readonly logger: Logger
  readonly telemetry?: Telemetry
  /** The process must end: an invariant is broken. */
  readonly onHalt: (error: Error) => void
  /** How far the other services are; by what their groups advised to the broker unless given. */
  readonly readers?: () => Promise<ReaderLags>
}

/** How it runs. Addresses are without a slash at the end. */
export interface InsightsConfig {
  readonly installation: Installation
  readonly host: string
  readonly port: number
  /** With the built page in it. */
  readonly pageFolder: string
  readonly featuresUrl: string
  /** A secret key with the scope `customers:read`. */
  readonly featuresKey: string
  readonly retention?: NonNullable<RetentionAddress>
  /** Of a demonstration. */
  readonly truth?: TruthSource
  /** As a shop reaches it. */
  readonly collectorUrl: string
  readonly writeKeys: () => readonly { readonly source: string; readonly key: string }[]
  readonly engineNames: readonly EngineName[]
  /** Signs the cookies: 32 characters or more that nobody can guess, the same after a restart. */
  readonly sessionSecret: string
  /** What the scorer works with. */
  readonly scoring: ModelScoring
}
