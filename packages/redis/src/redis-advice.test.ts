import { describe, expect, test } from 'vitest'
import { adviceOn } from './redis-advice.ts'

describe('the advice on a server', () => {
  test('is none where states are safe, or nothing is known', () => {
    const safe = { 'maxmemory-policy': 'noeviction', appendonly: 'yes' }
    expect(adviceOn(new Map(Object.entries(safe)))).toEqual([])
    expect(adviceOn(new Map())).toEqual([])
  })

  test('names eviction and a missing append-only file', () => {
    const unsafe = { 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' }
    const [eviction, file, ...others] = adviceOn(new Map(Object.entries(unsafe)))
    expect(eviction).toMatch('allkeys-lru')
    expect(file).toMatch('appendonly')
    expect(others).toEqual([])
  })
})
