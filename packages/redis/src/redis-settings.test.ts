import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRedisUrl } from './redis-settings.ts'

describe('the address of Redis', () => {
  test('needs no more than a host', () => {
    expect(readRedisUrl({ url: 'redis://cache' })).toEqual({
      nodes: [{ host: 'cache', port: 6379 }],
      database: 0,
      isTls: false,
    })
  })

  test('may name user, password, port and database, and ask for TLS', () => {
    expect(readRedisUrl({ url: 'rediss://ebb:s%2Ccret%40@[::1]:7000/3' })).toEqual({
      nodes: [{ host: '::1', port: 7000 }],
      username: 'ebb',
      password: 's,cret@',
      database: 3,
      isTls: true,
    })
  })

  test('of a cluster may have several nodes, with the credentials of the first', () => {
    const url = 'redis://:secret@a:7000, b:7001 ,redis://c'
    expect(readRedisUrl({ url, cluster: true })).toEqual({
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
        { host: 'c', port: 6379 },
      ],
      password: 'secret',
      database: 0,
      isTls: false,
    })
  })

  test.each([
    ['redis://a,b', false, 'several addresses'],
    ['redis://a/1', true, 'only database 0'],
    ['redis://a/first', false, 'a database is a number'],
    ['http://a', false, 'an address is to be'],
    ['redis://ebb:50%off@a', false, 'a % is %25'],
    ['redis://a?family=6', false, 'an address is to be'],
    ['cache:6379', false, 'an address is to be'],
    ['redis://', false, 'an address is to be'],
    ['redis://a,', true, 'an address is to be'],
    ['', false, 'an address is to be'],
  ])('%j is refused', (url, cluster, why) => {
    const error = { code: 'EBB_REDIS_SETTINGS', message: expect.stringContaining(why) }
    expect(() => readRedisUrl({ url, cluster })).toThrow(expect.objectContaining(error))
  })

  test('is refused without TLS where there are settings for it', () => {
    const refused = expect.objectContaining({ code: 'EBB_REDIS_SETTINGS' })
    expect(() => readRedisUrl({ url: 'redis://a', tls: { ca: 'PEM' } })).toThrow(refused)
    expect(readRedisUrl({ url: 'rediss://a', tls: { ca: 'PEM' } }).isTls).toBe(true)
  })

  test('gives back any credentials that were encoded into it, and never tells them', () => {
    const credential = fc.string({ minLength: 1, unit: 'binary' })
    fc.assert(
      fc.property(credential, credential, (username, password) => {
        const secret = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`
        expect(readRedisUrl({ url: `redis://${secret}@a` })).toMatchObject({ username, password })
      }),
    )
    expect(() => readRedisUrl({ url: 'redis://user:secret@a?b' })).not.toThrow('secret')
  })
})
