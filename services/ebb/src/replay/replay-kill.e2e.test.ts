import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ALERTS, EVENTS, FEATURES } from '@ebb/contracts/topics'
import { readEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { seededRandom } from '@ebb/simulator/seeded-random'
import type { Ended } from '@ebb/testkit/node-process'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { cdnowReplay } from './cdnow-sample.ts'

const KILLS = 10

let folder: string
let undisturbed: Ended
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-kill-'))
  undisturbed = await runEbb(cdnowReplay(join(folder, 'whole')))
})
afterEach(endAll)
afterAll(() => rmSync(folder, { recursive: true }))

const logOf = (root: string): string => join(root, readdirSync(root)[0]!, 'log.db')

/** How far the log has grown, without a look into it: a reader could be in the way of its owner. */
const growthOf = (root: string): { bytes: number; writtenAt: number } => {
  try {
    const log = logOf(root)
    return { bytes: statSync(log).size, writtenAt: statSync(`${log}-wal`).mtimeMs }
  } catch {
    // Not begun yet.
    return { bytes: 0, writtenAt: 0 }
  }
}

/** Records that a replay has sent and published. */
const progressOf = async (root: string): Promise<number> => {
  const { log, close } = readEmbeddedEngines(join(logOf(root), '..'))!
  let records = 0
  for (const topic of [EVENTS, FEATURES, ALERTS])
    for (let partition = 0; partition < (await log.partitions(topic)); partition += 1)
      records += (await log.read({ topic, partition }, 0, 0)).end
  await close()
  return records
}

/**
 * Kills a replay when its log has so many bytes and has been written to, and a moment later. The
 * waits are the fault itself, at any instant: what the test asserts does not depend on them.
 */
const killAt = async (root: string, bytes: number, momentMs: number): Promise<void> => {
  const before = growthOf(root).writtenAt
  const replay = startEbb(cdnowReplay(root))
  for (let now = growthOf(root); now.writtenAt === before || now.bytes < bytes; ) {
    await setTimeout(1)
    now = growthOf(root)
  }
  await setTimeout(momentMs)
  replay.kill('SIGKILL')
  expect(await replay.ended).toMatchObject({ signal: 'SIGKILL', out: '' })
}

test('a replay that is killed ten times ends as one that never was', async () => {
  const { uniform } = seededRandom('kills')
  const whole = statSync(logOf(join(folder, 'whole'))).size
  const root = join(folder, 'killed')
  const killedAt = [0]
  while (killedAt.length <= KILLS) {
    // In rising order, the first one as early as can be, none in the last fifth.
    const share = (0.8 * (killedAt.length - 1)) / KILLS
    await killAt(root, share * whole, uniform() * 60)
    const progress = await progressOf(root)
    expect(progress).toBeGreaterThanOrEqual(killedAt.at(-1)!)
    if (progress > killedAt.at(-1)!) killedAt.push(progress)
  }
  expect(killedAt.at(-1)).toBeLessThan(await progressOf(join(folder, 'whole')))

  const last = await runEbb(cdnowReplay(root))
  expect(last).toMatchObject({ code: 0, err: '' })
  expect(lastJson(last)).toEqual(lastJson(undisturbed))
})

test('a replay that is stopped by Ctrl-C says so, and goes on', async () => {
  const root = join(folder, 'stopped')
  const replay = startEbb(cdnowReplay(root))
  while (growthOf(root).writtenAt === 0) await setTimeout(1)
  replay.kill('SIGINT')
  expect(await replay.ended).toEqual({
    code: 130,
    signal: null,
    out: '',
    err: 'Interrupted; the same command goes on where it stopped.\n',
  })
  expect(lastJson(await runEbb(cdnowReplay(root)))).toEqual(lastJson(undisturbed))
})
