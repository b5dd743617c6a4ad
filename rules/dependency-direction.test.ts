import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
let house: string

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'ebb-rules-'))
  cpSync(join(ROOT, 'biome.json'), join(house, 'biome.json'))
})
afterAll(() => rmSync(house, { recursive: true }))

/** The rules that a file with this text would break if it stood at this place. */
const brokenRules = (file: string, text: string): string[] => {
  const path = join(house, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', file]
  const report = JSON.parse(biome(args)) as { diagnostics: { category: string }[] }
  rmSync(path)
  return report.diagnostics.map(({ category }) => category)
}

const biome = (args: string[]): string => {
  const binary = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  try {
    return execFileSync(process.execPath, [binary, ...args], {
      cwd: house,
      encoding: 'utf8',
      stdio: 'pipe',
    })
  } catch (error) {
    // It ends with 1 where a rule is broken; the report stands on standard output all the same.
    return (error as { stdout: string }).stdout
  }
}

const importing = (what: string): string =>
  `import { planted } from '${what}'\n\nexport const used = planted\n`

const FORBIDDEN = [
  ['a service', 'services/scorer/src/planted.ts', 'the client of an engine', 'kafkajs'],
  ['a pure package', 'packages/risk/src/planted.ts', 'the client of an engine', 'ioredis'],
  ['a command', 'services/ebb/src/planted.ts', 'the client of an engine', 'node:sqlite'],
  ['an adapter', 'packages/embedded/src/planted.ts', 'the client of another engine', 'ioredis'],
  ['the bench', 'bench/src/planted.ts', 'the client of an engine', 'pg'],
  [
    'a pure package',
    'packages/customer/src/planted.ts',
    'another package of ours',
    '@ebb/streaming/faults',
  ],
  [
    'a pure package',
    'packages/risk/src/planted.ts',
    'another package of ours',
    '@ebb/customer/fold',
  ],
  [
    'a pure package',
    'packages/contracts/src/planted.ts',
    'another package of ours',
    '@ebb/runtime/clock',
  ],
  [
    'a pure package',
    'packages/simulator/src/planted.ts',
    'another package of ours',
    '@ebb/contracts/topics',
  ],
  [
    'streaming',
    'packages/streaming/src/planted.ts',
    'another package of ours',
    '@ebb/contracts/topics',
  ],
  ['streaming', 'packages/streaming/src/planted.ts', 'a library', 'fastify'],
  ['an adapter', 'packages/embedded/src/planted.ts', 'a service', '@ebb/collector/collector'],
  ['runtime', 'packages/runtime/src/planted.ts', 'a service', '@ebb/features/service'],
  ['a service', 'services/scorer/src/planted.ts', 'another service', '@ebb/features/service'],
  [
    'a service',
    'services/collector/src/planted.ts',
    'an adapter',
    '@ebb/embedded/embedded-engines',
  ],
  [
    'a service',
    'services/features/src/planted.ts',
    'an adapter yet to come',
    '@ebb/kafka/kafka-event-log',
  ],
  [
    'a command',
    'services/ebb/src/commands/planted.ts',
    'an adapter',
    '@ebb/embedded/embedded-engines',
  ],
  ['a service', 'services/scorer/src/planted.ts', 'PostgreSQL', '@ebb/postgres/postgres-client'],
  ['retention', 'services/retention/src/planted.ts', 'the client of an engine', 'pg'],
  ['retention', 'services/retention/src/planted.ts', 'another service', '@ebb/insights/service'],
  ['insights', 'services/insights/src/planted.ts', 'another service', '@ebb/retention/service'],
  ['insights', 'services/insights/src/planted.ts', 'an adapter', '@ebb/kafka/kafka-event-log'],
  ['an adapter', 'packages/postgres/src/planted.ts', 'the client of another engine', 'kafkajs'],
  ['an adapter', 'packages/postgres/src/planted.ts', 'a service', '@ebb/retention/service'],
  ['the page', 'services/dashboard/src/planted.ts', 'a service', '@ebb/insights/service'],
  ['the page', 'services/dashboard/src/planted.tsx', 'a package', '@ebb/runtime/clock'],
  [
    'any package',
    'packages/risk/src/planted.ts',
    'a file of another by its path',
    '../../customer/src/fold.ts',
  ],
] as const

describe('the direction of dependencies', () => {
  test.each(FORBIDDEN)('%s (%s) may not import %s (%s)', (...[, file, , target]) => {
    expect(brokenRules(file, importing(target))).toContain('lint/style/noRestrictedImports')
  })

  test.each([
    ['services/ebb/src/main.ts', '@ebb/embedded/embedded-engines'],
    ['services/ebb/src/planted.ts', '@ebb/collector/collector'],
    ['services/scorer/src/planted.ts', '@ebb/risk/silence/tiers'],
    ['services/features/src/planted.test.ts', '@ebb/embedded/embedded-engines'],
    ['packages/embedded/src/planted.ts', '@ebb/streaming/event-log'],
    ['packages/postgres/src/planted.ts', 'pg'],
    ['services/retention/src/planted.ts', '@ebb/postgres/outbox'],
    ['services/insights/src/planted.ts', '@ebb/postgres/topic-reader'],
    ['services/dashboard/src/planted.tsx', '@ebb/contracts/dashboard-api'],
    ['packages/embedded/src/planted.ts', 'node:sqlite'],
    ['packages/streaming/src/planted.ts', 'node:timers/promises'],
  ])('%s may import %s', (file, target) => {
    expect(brokenRules(file, importing(target))).not.toContain('lint/style/noRestrictedImports')
  })
})

describe('the shape of code', () => {
  const reading = `export const home = process.env['HOME']\n`

  test('only config.ts reads the environment', () => {
    expect(brokenRules('services/scorer/src/planted.ts', reading)).toContain(
      'lint/style/noProcessEnv',
    )
    expect(brokenRules('services/scorer/src/config.ts', reading)).not.toContain(
      'lint/style/noProcessEnv',
    )
  })

  test('a cycle of imports is refused', () => {
    mkdirSync(join(house, 'packages/risk/src'), { recursive: true })
    const other = join(house, 'packages/risk/src/other.ts')
    writeFileSync(other, `import { used } from './planted.ts'\n\nexport const planted = used\n`)
    const rules = brokenRules('packages/risk/src/planted.ts', importing('./other.ts'))
    rmSync(other)
    expect(rules).toContain('lint/suspicious/noImportCycles')
  })

  test('a function of 71 lines, a file of 301 and a fourth parameter are refused', () => {
    const lines = (n: number): string => Array.from({ length: n }, () => '  count += 1\n').join('')
    const long = `export const long = (count: number) => {\n${lines(70)}  return count\n}\n`
    const file = 'packages/risk/src/planted.ts'
    expect(brokenRules(file, long)).toContain('lint/complexity/noExcessiveLinesPerFunction')
    const tall = Array.from({ length: 301 }, (_, i) => `export const a${i} = ${i}\n`).join('')
    expect(brokenRules(file, tall)).toContain('lint/style/noExcessiveLinesPerFile')
    const wide =
      'export const wide = (a: number, b: number, c: number, d: number) => a + b + c + d\n'
    expect(brokenRules(file, wide)).toContain('lint/complexity/useMaxParams')
  })
})
