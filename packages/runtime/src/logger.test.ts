import assert from 'node:assert/strict'
import { test } from 'vitest'
import { createLogger, type LoggerSettings } from './logger.ts'

const recorded = (level: LoggerSettings['level']) => {
  const lines: string[] = []
  const logger = createLogger({
    service: 'collector',
    level,
    destination: { write: (line) => lines.push(line) },
  })
  return { logger, lines }
}

test('a line is JSON with service, level and time', () => {
  const { logger, lines } = recorded('info')
  logger.info({ partition: 3 }, 'assigned')
  const line = JSON.parse(lines[0] ?? '')
  assert.equal(line.service, 'collector')
  assert.equal(line.level, 'info')
  assert.equal(line.partition, 3)
  assert.equal(line.msg, 'assigned')
  assert.ok(!Number.isNaN(Date.parse(line.time)))
})

test('lines below the level are not written', () => {
  const { logger, lines } = recorded('warn')
  logger.info('a trifle')
  assert.deepEqual(lines, [])
})

test('personal data and keys do not reach the log', () => {
  const { logger, lines } = recorded('info')
  logger.info(
    { email: 'ann@shop.example', event: { userId: 'ann', traits: { phone: '555' } } },
    'refused',
  )
  logger.info({ request: { headers: { cookie: 'secret' } }, key: 'ebbw_x' }, 'refused')
  assert.equal(lines.length, 2)
  assert.doesNotMatch(lines.join(), /ann|555|secret|ebbw_x/)
})
