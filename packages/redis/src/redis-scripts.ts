import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'

/** An ioredis client that knows our scripts. */
export type RedisClient = (Redis | Cluster) & PartitionScripts

/** Offset and record; both null before the first commit. */
type PositionReply = readonly [offset: Buffer | null, record: Buffer | null]

/** What the scripts take and answer; each names the keys of one partition, and so touches one slot. */
interface PartitionScripts {
  ebbAcquireBuffer(position: string): Promise<readonly [epoch: number, ...PositionReply]>
  /** `states` come in lists that follow each other. */
  ebbReadBuffer(
    position: string,
    states: string,
    keys: readonly string[],
  ): Promise<
    readonly [epoch: Buffer | null, ...PositionReply, ...states: (readonly (Buffer | null)[])[]]
  >
  /** `batch` is the ARGV of commit.lua, as one list: a list as long is no list of arguments. */
  ebbCommit(position: string, states: string, batch: readonly (string | Buffer)[]): Promise<0 | 1>
}

const luaOf = (name: string): string =>
  readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

/** The scripts as ioredis loads them: by name, and again by itself where Redis forgot them. */
export const PARTITION_SCRIPTS = {
  ebbAcquire: { lua: luaOf('acquire'), numberOfKeys: 1 },
  ebbRead: { lua: luaOf('read'), numberOfKeys: 2 },
  ebbCommit: { lua: luaOf('commit'), numberOfKeys: 2 },
}
