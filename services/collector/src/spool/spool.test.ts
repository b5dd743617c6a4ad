import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, test } from 'vitest'
import { openSpool, type Spool } from './spool.ts'
import { heardLogger, record, textOf } from './spool-fixture.ts'
import { decodeFrames } from './spool-frame.ts'

const MIB = 1_024 * 1_024
let folder = ''
let spool: Spool
const { logger, heard } = heardLogger()

const open = async (limitBytes = MIB) => {
  spool = await openSpool({ folder, limitBytes }, logger)
  return spool
}
const reopen = async (limitBytes = MIB) => {
  await spool.close()
  return open(limitBytes)
}
const append = (...texts: string[]) =>
  spool.append(texts.map((text) => ({ topic: 't', record: record('k', text) })))
const next = async () => (await spool.next()).map((spooled) => textOf(spooled.record))
const drain = async () => {
  const all: string[] = []
  while (spool.waiting() > 0) {
    all.push(...(await next()))
    await spool.remove()
  }
  return all
}
const segments = () => readdirSync(folder).filter((name) => name.endsWith('.spool'))
const pathOf = (name: string | undefined) => join(folder, name ?? '')
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => String(from + i))
const full = { code: 'EBB_SPOOL_FULL', status: 503 }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-spool-'))
  await open()
})
afterEach(async () => {
  await spool.close()
  rmSync(folder, { recursive: true })
})

test('what a newer version left is refused, and the folder is free again', async () => {
  await append('1')
  await spool.close()
  writeFileSync(pathOf('0000000000000001.spool2'), 'of another kind')
  await assert.rejects(open(), {
    code: 'EBB_SPOOL_NEWER',
    where: pathOf('0000000000000001.spool2'),
  })
  rmSync(pathOf('0000000000000001.spool2'))
  await open()
  assert.deepEqual(await drain(), ['1'])
})

test('what was appended comes in order, and stays until it is removed', async () => {
  await Promise.all([append('1', '2'), append('3'), append()])
  assert.equal(spool.waiting(), 3)
  assert.deepEqual(await next(), ['1', '2', '3'])
  assert.deepEqual(await next(), ['1', '2', '3'])
  await spool.remove()
  await append('4')
  assert.deepEqual(await drain(), ['4'])
  assert.deepEqual(await next(), [])
  assert.deepEqual(segments(), [])
})

test('what was acknowledged is in the file', async () => {
  await append('a lonely record')
  assert.match(readFileSync(pathOf(segments()[0]), 'latin1'), /a lonely record$/)
})

test('the next one to open it finds what was not removed', async () => {
  await append('1', '2')
  await reopen()
  await append('3')
  await reopen()
  assert.equal(spool.waiting(), 3)
  assert.deepEqual(await drain(), ['1', '2', '3'])
})

test('nobody but its owner may read it', async () => {
  await append('1')
  assert.equal(statSync(pathOf(segments()[0])).mode & 0o077, 0)
})

test('drained segments give their space back, and do not come again', async () => {
  await reopen(64 * 1_024)
  const texts = numbered(0, 40).map((text) => text.padEnd(1_200))
  for (const text of texts.slice(0, 25)) await append(text)
  const most = segments().length
  assert.ok(most >= 4)
  const first = await next()
  await spool.remove()
  assert.equal(segments().length, most - 1)
  const second = await next()
  await reopen(64 * 1_024)
  for (const text of texts.slice(25)) await append(text)
  assert.deepEqual((await next()).slice(0, second.length), second)
  assert.deepEqual([...first, ...(await drain())], texts)
})

test('above its limit it takes nothing, and again when it was drained', async () => {
  await reopen(10_000)
  await append('x'.repeat(6_000))
  await assert.rejects(append('y'.repeat(6_000)), full)
  await assert.rejects(spool.check(), full)
  await append('z')
  assert.deepEqual(await next(), ['x'.repeat(6_000)])
  await spool.remove()
  await spool.check()
  await append('y'.repeat(6_000))
  assert.deepEqual(await drain(), ['z', 'y'.repeat(6_000)])
})

test('what is on its way to the disk counts against the limit', async () => {
  await reopen(10_000)
  const outcomes = await Promise.allSettled(
    numbered(0, 5).map((text) => append(text.repeat(4_000))),
  )
  const taken = outcomes.filter(({ status }) => status === 'fulfilled')
  assert.equal(taken.length, 2)
  assert.equal(spool.waiting(), 2)
})

test('a segment that is torn at any byte loses the torn record only', async () => {
  const texts = ['one', 'two', 'three']
  await append(...texts)
  await spool.close()
  const path = pathOf(segments()[0])
  const bytes = readFileSync(path)
  for (let end = 0; end < bytes.length; end += 1) {
    writeFileSync(path, bytes.subarray(0, end))
    await open()
    const whole = decodeFrames(bytes.subarray(0, end)).records.length
    assert.deepEqual(await next(), texts.slice(0, whole))
    await append('behind the tear')
    await reopen()
    assert.deepEqual(await drain(), [...texts.slice(0, whole), 'behind the tear'])
    await spool.close()
  }
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ append: fc.array(fc.nat(700), { maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.constant('remove' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 1, arbitrary: fc.record({ tail: fc.uint8Array({ maxLength: 40 }) }) },
)

test('whatever is done to it, it holds all that was not removed, in order', async () => {
  const limit = 16_384
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await reopen(limit)
      const appended: string[] = []
      let removed = 0
      const check = async () => {
        const left = await drain()
        const comesAgain = left.length - (appended.length - removed)
        assert.ok(comesAgain >= 0 && comesAgain <= removed)
        assert.deepEqual(left, appended.slice(appended.length - left.length))
      }
      for (const what of steps) {
        if (what === 'restart') await reopen(limit)
        else if (what === 'remove') {
          const texts = await next()
          await spool.remove()
          // After a restart some come again: the end of what is removed counts, not how many.
          const last = texts.at(-1)
          if (last !== undefined) removed = Math.max(removed, appended.indexOf(last) + 1)
        } else if ('append' in what) {
          const texts = what.append.map((size, i) => `${appended.length + i} `.padEnd(size))
          await append(...texts).then(() => appended.push(...texts), isFull)
        } else {
          await spool.close()
          const last = segments().at(-1)
          if (last !== undefined) appendFileSync(pathOf(last), what.tail)
          await open(limit)
        }
      }
      await check()
    }),
    { numRuns: 60 },
  )
})

const isFull = (error: { code?: string }) => assert.equal(error.code, 'EBB_SPOOL_FULL')

test('a write that breaks off harms no record before or behind it', async () => {
  await spool.close()
  const script = `
    const { openSpool } = await import(${JSON.stringify(join(import.meta.dirname, 'spool.ts'))})
    const silent = { error() {} }
    const spool = await openSpool({ folder: ${JSON.stringify(folder)}, limitBytes: 1e9 }, silent)
    const append = (letter, length) =>
      spool
        .append([{ topic: 't', record: { key: 'k', value: Buffer.from(letter.repeat(length)) } }])
        .then(() => 'taken', ({ code, what }) => code + what.slice(-7))
    const outcomes = []
    for (const [letter, length] of [['a', 9], ['b', 3e5], ['c', 9], ['d', 3e5], ['e', 3e5], ['f', 9]])
      outcomes.push(await append(letter, length))
    outcomes.push(await spool.check().catch(({ code }) => code))
    console.log(outcomes.join())
    process.exit()
  `
  // A shell that may write no long files stands for the full disk.
  const { stdout } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  const refused = 'EBB_SPOOL_FULL(EFBIG)'
  const outcomes = ['taken', refused, 'taken', refused, refused, 'taken', 'EBB_SPOOL_FULL']
  assert.equal(stdout, `${outcomes.join()}\n`)
  await open()
  assert.deepEqual(await drain(), ['aaaaaaaaa', 'ccccccccc', 'fffffffff'])
})

test('what a disk has damaged is set aside and told, and the rest goes on', async () => {
  await reopen(64 * 1_024)
  const texts = numbered(0, 20).map((text) => text.padEnd(2_000))
  for (const text of texts) await append(text)
  const [first = '', second = ''] = segments()
  const perSegment = Number.parseInt(second, 10)
  const bytes = readFileSync(pathOf(first))
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(pathOf(first), bytes)
  assert.deepEqual(await drain(), texts.toSpliced(perSegment - 1, 1))
  await heard('EBB_SPOOL_DAMAGED: 1 accepted events')
  const [aside] = readdirSync(folder).filter((name) => name.endsWith('.damaged'))
  assert.deepEqual(readFileSync(pathOf(aside)), bytes)
})

test('what is not whole at its end is put aside and told', async () => {
  for (const text of numbered(0, 10)) await append(text)
  await spool.close()
  const path = pathOf(segments()[0])
  const bytes = readFileSync(path)
  const second = decodeFrames(bytes, 2).bytes
  bytes[second - 1]! ^= 1
  writeFileSync(path, bytes)
  await open()
  await heard('the end of the spool was not whole')
  assert.deepEqual(await drain(), ['0'])
  const [aside] = readdirSync(folder).filter((name) => name.endsWith('.damaged'))
  assert.deepEqual(readFileSync(pathOf(aside)), bytes.subarray(decodeFrames(bytes, 1).bytes))
})

test('a record longer than what is read at once is read', async () => {
  await reopen(32 * MIB)
  const texts = ['short', 'long'.repeat(MIB), 'short too']
  for (const text of texts) await append(text)
  assert.deepEqual(await drain(), texts)
})

test('a second owner is refused, in this process and in another one', async () => {
  const inUse = { code: 'EBB_SPOOL_IN_USE', where: folder }
  await assert.rejects(openSpool({ folder, limitBytes: MIB }, logger), inUse)
  await spool.close()
  writeFileSync(join(folder, 'owner'), `${process.ppid}\n`)
  await assert.rejects(openSpool({ folder, limitBytes: MIB }, logger), inUse)
  writeFileSync(join(folder, 'owner'), `${process.pid}\n`)
  await open()
})

test('a folder that cannot be made is told', async () => {
  const settings = { folder: '/dev/null/spool', limitBytes: MIB }
  await assert.rejects(openSpool(settings, logger), { code: 'EBB_SPOOL_UNUSABLE' })
})
