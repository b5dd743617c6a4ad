import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeDataFolder } from '@ebb/embedded/data-folder'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { endAll, lastJson, runEbb } from '../ebb-process.ts'
import { CDNOW } from './cdnow-sample.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-faults-'))
})
afterEach(endAll)
afterAll(() => rmSync(folder, { recursive: true }))

const fileWith = (name: string, bytes: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const MAP = 'customer=who,order=no,time=at,amount=sum'
const CSV = ['--format', 'csv', '--map', MAP]
const ROWS = 'who,no,at,sum\nann,1,2024-01-01,5\nbob,2,2024-03-01,7\n'
const orders = (): string => fileWith('orders.csv', ROWS)

const replay = (file: string, options: readonly string[], root = 'replays') =>
  runEbb(['replay', file, '--data', join(folder, root), '--json', ...options])

interface Fault {
  readonly what: string
  readonly file?: () => string
  readonly options?: readonly string[]
  /** Its code, what is wrong, where, and how to mend it. */
  readonly says: readonly string[]
}

const FAULTS: readonly Fault[] = [
  {
    what: 'a missing column',
    options: ['--format', 'csv', '--map', 'customer=who,time=date,amount=sum'],
    says: ['EBB_FILE_COLUMN_MISSING', 'no column date', 'who, no, at, sum', 'FILE', '--map'],
  },
  {
    what: 'an empty file',
    file: () => fileWith('empty.csv', ''),
    says: ['EBB_FILE_EMPTY', 'is empty', 'FILE', 'at least one row'],
  },
  {
    what: 'a binary file',
    file: () => fileWith('image.png', Buffer.from('89504e470d0a1a0a0000', 'hex')),
    says: ['EBB_FILE_NOT_TEXT', 'not text in UTF-8', 'FILE', 'Export it again'],
  },
  {
    what: 'a file that is not there',
    file: () => join(folder, 'nowhere.csv'),
    says: ['EBB_FILE_UNREADABLE', 'no such file', 'FILE', 'Check the path'],
  },
  {
    what: 'a file of another format',
    options: ['--format', 'cdnow'],
    says: ['EBB_FILE_FORMAT', 'looks like CDNOW', 'FILE', 'another --format'],
  },
  {
    what: 'an unknown format',
    options: ['--format', 'xls'],
    says: ['--format', 'xls', 'cdnow, online-retail, csv'],
  },
  { what: 'no format', options: [], says: ['--format <format>', 'not specified'] },
  {
    what: 'no columns',
    options: ['--format', 'csv'],
    says: ['EBB_REPLAY_OPTION', 'not named', '--format csv', 'Add --map customer=COLUMN'],
  },
  {
    what: 'a bad --map',
    options: ['--format', 'csv', '--map', 'customer=who,when=at'],
    says: ['EBB_REPLAY_OPTION', 'when is not known', 'time is missing', '--map customer=who'],
  },
  {
    what: 'a bad --order',
    options: [...CSV, '--order', 'shuffle'],
    says: ['EBB_REPLAY_OPTION', '--order shuffle', 'like shuffle-day:7'],
  },
  {
    what: 'a bad --repeat',
    options: [...CSV, '--repeat', '120:7'],
    says: ['EBB_REPLAY_OPTION', '--repeat 120:7', 'like 20:7'],
  },
  {
    what: 'an unknown currency',
    options: [...CSV, '--currency', 'EURO'],
    says: ['EBB_REPLAY_OPTION', '--currency EURO', 'like EUR'],
  },
  {
    what: 'an unknown time zone',
    options: [...CSV, '--time-zone', 'Mars/Olympus'],
    says: ['EBB_CONFIG_TIME_ZONE', 'Mars/Olympus', 'IANA name'],
  },
]

test.each(FAULTS)('$what is told with what, where and how, and nothing is left', async (fault) => {
  const { file = orders, options = CSV, says } = fault
  const path = file()
  const { err, ...ended } = await replay(path, options, 'nothing')
  expect(ended).toEqual({ code: 1, signal: null, out: '' })
  for (const part of says) expect(err).toContain(part === 'FILE' ? path : part)
  expect(err.trimEnd().split('\n')).toHaveLength(1)
  expect(existsSync(join(folder, 'nothing'))).toBe(false)
})

test('a replay whose folder another process has is refused, and --fresh takes nothing', async () => {
  const file = orders()
  const finished = await replay(file, CSV)
  expect(finished.code).toBe(0)
  const [name] = readdirSync(join(folder, 'replays'))
  const data = join(folder, 'replays', name!)
  const owner = takeDataFolder(data, 'a test')
  for (const more of [[], ['--fresh']]) {
    const { code, out, err } = await replay(file, [...CSV, ...more])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(
      `EBB_DATA_IN_USE: the data folder ${data} is in use by process ${process.pid} (a test)`,
    )
    expect(err).toMatch(/; stop it, or choose another data folder\n$/)
  }
  owner.release()
  expect(lastJson(await replay(file, CSV))).toEqual(lastJson(finished))
})

test('rows that are refused are counted, and the others replayed', async () => {
  const bad = 'eve,3,yesterday,5\n,4,2024-01-01,5\nann,1,2024-01-01,6\nzoe\nzoe,5,2024-01-02,-5\n'
  const ended = await replay(fileWith('some.csv', ROWS.replace('bob', `${bad}bob`)), CSV, 'some')
  expect(ended.code).toBe(0)
  expect(lastJson(ended)).toMatchObject({ customers: 2, orders: 2, rejects: 5 })
})

test('a replay under NODE_ENV=production is refused unless it is meant', async () => {
  const run = (more: NodeJS.ProcessEnv) =>
    runEbb(['replay', CDNOW, '--format', 'cdnow', '--data', join(folder, 'prod')], {
      env: { ...process.env, NODE_ENV: 'production', ...more },
    })
  const { code, err } = await run({})
  expect(code).toBe(1)
  expect(err).toMatch(/^EBB_EMBEDDED_IN_PRODUCTION: .*EBB_ALLOW_EMBEDDED=yes/)
  expect(existsSync(join(folder, 'prod'))).toBe(false)
})
