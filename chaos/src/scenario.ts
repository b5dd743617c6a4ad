import type { NativeKafka } from '@ebb/testkit/native-kafka'
import type { NativeRedis } from '@ebb/testkit/native-redis'

/** What a scenario measured: a value by its name. */
export type Report = Readonly<Record<string, number | string>>

/** How a scenario is run. */
export interface ScenarioSettings {
  /** Long enough to be told of; short enough for every run of the tests otherwise. */
  readonly isLong: boolean
  /**
   * How often the fault is repeated, by those that repeat it: kills, zombie, rebalance and
   * stops.
   */
  readonly rounds?: number
  /** Told of every fault as it is made. */
  readonly say: (line: string) => void
}

/** Engines that a scenario leaves as they are. */
export interface SharedEngines {
  readonly brokers: readonly string[]
  readonly redisUrl: string
}

/** The same with a place for business records. */
export interface AllEngines extends SharedEngines {
  readonly postgresUrl: string
}

/** Engines that a scenario may kill; it starts them again. */
export interface OwnEngines {
  readonly kafka: NativeKafka
  readonly redis: NativeRedis
}
