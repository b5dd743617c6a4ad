import { HaltError, TransientError } from '@ebb/streaming/faults'
import { describe, expect, test } from 'vitest'
import { redisFault } from './redis-faults.ts'

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })
const failure = (code: string, message: string) => Object.assign(new Error(message), { code })

describe('a fault that may pass', () => {
  test.each([
    ['EBB_REDIS_AWAY', failure('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1')],
    ['EBB_REDIS_AWAY', new Error('Command timed out')],
    ['EBB_REDIS_AWAY', new Error('Too many Cluster redirections. Last error: ReplyError: ASK …')],
    ['EBB_REDIS_AWAY', reply('LOADING Redis is loading the dataset in memory')],
    ['EBB_REDIS_AWAY', reply("READONLY You can't write against a read only replica.")],
    ['EBB_REDIS_AWAY', reply('CLUSTERDOWN The cluster is down')],
    ['EBB_REDIS_AWAY', reply('ERR max number of clients reached')],
    ['EBB_REDIS_FULL', reply("OOM command not allowed when used memory > 'maxmemory'.")],
    ['EBB_REDIS_FULL', reply('MISCONF Errors writing to the AOF file: No space left on device')],
  ])('is told as %s: %s', (code, error) => {
    expect(redisFault(error)).toBeInstanceOf(TransientError)
    expect(redisFault(error)).toMatchObject({
      code,
      message: expect.stringContaining(error.message),
    })
  })
})

describe('a fault that will not pass', () => {
  test.each([
    ['EBB_REDIS_REFUSED', reply('WRONGPASS invalid username-password pair')],
    ['EBB_REDIS_REFUSED', reply('NOAUTH Authentication required.')],
    ['EBB_REDIS_REFUSED', failure('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate')],
    ['EBB_REDIS_REFUSED', failure('ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname does not match')],
    ['EBB_REDIS_SETTINGS', reply('MOVED 3999 127.0.0.1:6381')],
    ['EBB_REDIS_SETTINGS', reply('ERR This instance has cluster support disabled')],
    [
      'EBB_REDIS_FAILED',
      reply('WRONGTYPE Operation against a key holding the wrong kind of value'),
    ],
  ])('is told as %s: %s', (code, error) => {
    expect(redisFault(error)).toBeInstanceOf(HaltError)
    expect(redisFault(error)).toMatchObject({
      code,
      message: expect.stringContaining(error.message),
    })
  })
})

describe('the reason behind a fault', () => {
  const noConnection = new Error("Stream isn't writeable and enableOfflineQueue options is false")

  test('is why the connection was lost, where there is none', () => {
    const fault = redisFault(noConnection, reply('WRONGPASS invalid username-password pair'))
    expect(fault).toMatchObject({ code: 'EBB_REDIS_REFUSED' })
  })

  test('is what the server answered, where it answered', () => {
    const fault = redisFault(reply('OOM command not allowed'), new Error('connect ETIMEDOUT'))
    expect(fault).toMatchObject({ code: 'EBB_REDIS_FULL' })
  })

  test('is that of the last node, where no node of a cluster answered', () => {
    const all = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: reply('NOAUTH Authentication required.'),
    })
    expect(redisFault(noConnection, all)).toMatchObject({ code: 'EBB_REDIS_REFUSED' })
  })

  test('comes without the arguments of the command: there are states among them', () => {
    const error = Object.assign(reply('OOM no'), { command: { name: 'eval', args: ['of Ada'] } })
    expect(JSON.stringify(redisFault(error))).not.toContain('Ada')
    expect(redisFault(error).cause).toBeUndefined()
  })
})
