import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { expect, test } from 'vitest'
import { memoryPorts } from './collector-fixture.ts'
import { openRecordWriter } from './log-records.ts'

const RECORD = { key: 'u:ann', value: Buffer.from('{}'), headers: {} }

/** A log that is read at any time, and takes nothing while its disk is full. */
const fullLog = (log: EventLog) => {
  const disk = { isFull: true }
  const append: EventLog['append'] = async (...of) => {
    if (disk.isFull) throw new TransientError('EBB_TEST_AWAY', `${EVENTS}: the disk is full`)
    return log.append(...of)
  }
  return { disk, log: { ...log, append } }
}

test('a log that is read but takes no record is not ready, until it takes one', async () => {
  const { disk, log } = fullLog(memoryPorts().log)
  const writer = await openRecordWriter(log, () => 0)
  await expect(writer.check()).resolves.toEqual({})
  await expect(writer.write([RECORD], [])).rejects.toThrow('EBB_LOG_AWAY')
  await expect(writer.check()).rejects.toThrow('the disk is full')
  await writer.write([], [])
  await expect(writer.check()).rejects.toThrow('the disk is full')
  disk.isFull = false
  await writer.write([RECORD], [])
  await expect(writer.check()).resolves.toEqual({})
})

test('it is ready again after 30 s in which nobody tried: who is not ready may be sent nothing', async () => {
  let at = 0
  const writer = await openRecordWriter(fullLog(memoryPorts().log).log, () => at)
  await expect(writer.write([RECORD], [])).rejects.toThrow('EBB_LOG_AWAY')
  at = 29_999
  await expect(writer.check()).rejects.toThrow('the disk is full')
  at = 30_000
  await expect(writer.check()).resolves.toEqual({})
})
