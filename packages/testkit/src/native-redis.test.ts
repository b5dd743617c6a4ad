import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { useOwnRedis } from './engines.ts'
import type { NativeRedis } from './native-redis.ts'
import { redisAnswers } from './redis-readiness.ts'

const startRedis = await useOwnRedis()

const speaking = async <T>(url: string, speak: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(url)
  try {
    return await speak(client)
  } finally {
    client.disconnect()
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const MODULE = JSON.stringify(join(import.meta.dirname, 'native-redis.ts'))
// Tells where its server is, and then dies as nothing can prevent.
const DYING = `
  const { startNativeRedis } = await import(${MODULE})
  const { url } = await startNativeRedis()
  process.stdout.write(url)
  process.stdin.resume().once('data', () => process.kill(process.pid, 'SIGKILL'))
`

describe.skipIf(startRedis === undefined)('a Redis of one’s own', () => {
  const stopping = async (work: (redis: NativeRedis) => Promise<void>): Promise<NativeRedis> => {
    const redis = await startRedis!()
    try {
      await work(redis)
    } finally {
      await redis.stop()
    }
    return redis
  }

  test('comes back after a kill, at the same address and with its data', async () => {
    await stopping(async (redis) => {
      await speaking(redis.url, (client) => client.set('key', 'kept'))
      const before = redis.pid
      await redis.kill('SIGTERM')
      expect(isAlive(before)).toBe(false)
      await redis.restart()
      expect(redis.pid).not.toBe(before)
      expect(await speaking(redis.url, (client) => client.get('key'))).toBe('kept')
    })
  })

  test('stands still on SIGSTOP, and goes on with SIGCONT', async () => {
    await stopping(async (redis) => {
      await speaking(redis.url, async (client) => {
        await client.ping()
        await redis.kill('SIGSTOP')
        const answer = client.ping()
        await redis.kill('SIGCONT')
        expect(await answer).toBe('PONG')
      })
    })
  })

  test('leaves neither a process nor a folder behind', async () => {
    const redis = await stopping(async ({ folder, pid }) => {
      expect([existsSync(folder), isAlive(pid)]).toEqual([true, true])
    })
    expect([existsSync(redis.folder), isAlive(redis.pid)]).toEqual([false, false])
  })

  test('says why it does not start', async () => {
    await expect(startRedis!({ args: ['--nonsense', 'yes'] })).rejects.toThrow(/nonsense/)
  })

  test('does not outlive the process that started it, even if that is killed', async () => {
    const parent = execFile(process.execPath, ['--input-type=module', '--eval', DYING])
    const [url] = (await once(parent.stdout!, 'data')) as [string]
    const client = new Redis(url, { retryStrategy: () => null }).on('error', () => {})
    await client.ping()
    const end = once(client, 'end')
    parent.stdin!.write('die\n')
    await end
    await expect(redisAnswers('127.0.0.1', Number(new URL(url).port))).rejects.toThrow()
  })
})
