import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENT_NAMES } from '@ebb/contracts/event-name-aliases'
import { describe, expect, test } from 'vitest'
import { ENGLISH } from './english.ts'
import { ENGLISH_TERMS } from './english-terms.ts'
import { eventName } from './event-names.ts'
import { SIMPLIFIED_CHINESE } from './simplified-chinese.ts'

type Section = Readonly<Record<string, string | ((...given: never[]) => string)>>
const sectionsOf = (catalogue: object): [string, Section][] => Object.entries(catalogue)

const keysOf = (catalogue: object): string[] =>
  sectionsOf(catalogue)
    .flatMap(([name, section]) => Object.keys(section).map((key) => `${name}.${key}`))
    .sort()

const SOURCE = join(import.meta.dirname, '..')
const source = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(SOURCE, file), 'utf8'))
  .join('\n')

describe('the two catalogues', () => {
  test('have the same keys', () => {
    expect(keysOf(SIMPLIFIED_CHINESE)).toEqual(keysOf(ENGLISH))
  })

  test('have the same kind of text at each key, and none is empty', () => {
    const chinese = new Map(sectionsOf(SIMPLIFIED_CHINESE))
    for (const [name, section] of sectionsOf(ENGLISH)) {
      for (const [key, text] of Object.entries(section)) {
        const other = chinese.get(name)?.[key]
        expect(typeof other, `${name}.${key}`).toBe(typeof text)
        if (typeof text === 'string') expect(text.trim(), `${name}.${key}`).not.toBe('')
        if (typeof other === 'string') expect(other.trim(), `${name}.${key}`).not.toBe('')
      }
    }
  })

  test('put every part that they are given into a sentence', () => {
    for (const catalogue of [ENGLISH, SIMPLIFIED_CHINESE]) {
      for (const [name, section] of sectionsOf(catalogue)) {
        for (const [key, text] of Object.entries(section)) {
          if (typeof text === 'function') expectAllParts(text, `${name}.${key}`)
        }
      }
    }
  })
})

/** The source says how many parts there are; a count may only choose a word. */
const expectAllParts = (text: (...given: never[]) => string, key: string): void => {
  const parts = ['〈1〉', '〈2〉', '〈3〉'].slice(0, text.length)
  const made = text(...(parts as never[]))
  const names = /^\(?([^)=]*)\)?\s*=>/.exec(String(text))?.[1]?.split(',') ?? []
  for (const [index, part] of parts.entries()) {
    const isCount = /^_?(count|days)$/.test(names[index]?.trim() ?? '')
    if (!isCount) expect(made, `${key}: ${names[index]}`).toContain(part)
  }
}

/** Sections whose keys are values of the API: they are looked up by the value. */
const BY_VALUE: ReadonlySet<string> = new Set(Object.keys(ENGLISH_TERMS))

/** Words that are looked up by a value elsewhere. */
const LOOKED_UP: ReadonlySet<string> = new Set([
  ...['at_risk', 'recovered', 'lost', 'withdrawn', 'reopened'].map((kind) => `feed.${kind}`),
  ...['demonstration', 'replay'].map((kind) => `app.${kind}`),
  ...['event', 'alert', 'decision'].map((kind) => `customer.${kind}`),
  ...['overview', 'decisions', 'exclusions', 'policy'].map((view) => `winbacks.${view}`),
])

describe('no word is unused', () => {
  const single = sectionsOf(ENGLISH).filter(([name]) => !BY_VALUE.has(name))

  test.each(single)('of “%s”', (name, section) => {
    const unused = Object.keys(section)
      .map((key) => `${name}.${key}`)
      .filter((word) => !LOOKED_UP.has(word))
      .filter((word) => !new RegExp(`\\b${word.replace('.', '\\s*\\.')}\\b`).test(source))
    expect(unused).toEqual([])
  })

  test.each([...BY_VALUE])('of the values of “%s”', (name) => {
    expect(source).toMatch(new RegExp(`\\b${name}(\\[|: names|\\))|, ${name}|\\.${name}\\b`))
  })
})

test('every fault that the API answers with has words', () => {
  const page = readFileSync(join(SOURCE, '../../../docs/errors.md'), 'utf8')
  const parts = page.split(/^## /m).filter((part) => /^(Coupons|Dashboard)/.test(part))
  const codes = parts.flatMap((part) => [...part.matchAll(/^\| `(\w+)` \| [45]\d\d/gm)])
  expect(parts).toHaveLength(2)
  expect(codes.length).toBeGreaterThan(15)
  expect(Object.keys(ENGLISH.fault)).toEqual(expect.arrayContaining(codes.map(([, code]) => code)))
})

test('every event name of the contracts has a Chinese name; a shop’s own names stay', () => {
  for (const { name } of EVENT_NAMES) expect(eventName(name, 'zh'), name).toMatch(/\p{Script=Han}/u)
  expect(eventName('Loyalty Joined', 'zh')).toBe('Loyalty Joined')
  expect(eventName('Order Completed', 'en')).toBe('Order Completed')
})
