import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answeredOffersIn } from './answered-offers.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-answered-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('offers that were answered are known at once, and to later processes', () => {
  const path = join(folder, 'answered.txt')
  const first = answeredOffersIn(path)
  expect(first.has('a')).toBe(false)
  first.add('a')
  first.add('b')
  expect(first.has('a')).toBe(true)
  const second = answeredOffersIn(path)
  expect(['a', 'b', 'c'].map(second.has)).toEqual([true, true, false])
})

test('a line that a killed process did not finish is no offer, and hides none but the next', () => {
  const path = join(folder, 'answered.txt')
  answeredOffersIn(path).add('whole')
  appendFileSync(path, 'cut o')
  const later = answeredOffersIn(path)
  expect([later.has('whole'), later.has('cut off')]).toEqual([true, false])
  later.add('next')
  later.add('after')
  const last = answeredOffersIn(path)
  expect(['whole', 'cut off', 'next', 'after'].map(last.has)).toEqual([true, false, false, true])
})
