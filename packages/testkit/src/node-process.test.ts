import { expect, test } from 'vitest'
import { startNodeProcess } from './node-process.ts'

test('a start that fails is an end with its reason', async () => {
  const never = startNodeProcess({ name: 'never', main: 'never.ts', cwd: '/no/such/folder' })
  await expect(never.line(/a line/)).rejects.toThrow(/never ended without .*ENOENT/)
  expect(never.isRunning()).toBe(false)
  expect((await never.ended).err).toMatch(/ENOENT/)
  await never.kill('SIGKILL')
})
