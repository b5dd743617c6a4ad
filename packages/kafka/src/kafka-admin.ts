import { retryWithin } from '@ebb/streaming/retry'
import type { Admin } from 'kafkajs'
import { kafkaClient } from './kafka-client.ts'
import { classified } from './kafka-faults.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import { within } from './time-limit.ts'

const GOODBYE_MS = 1_000
const PATIENCE_MS = 8_000

/** Settings of an admin; for so many ms its work is done again while a fault may pass, 8 s unless given. */
export interface AdminSettings extends KafkaSettings {
  readonly patienceMs?: number
}

/**
 * Work that may be done twice is done again while its error may pass: kafkajs asks for all topics of
 * the cluster before it changes one, and fails where any of them is just being made or deleted.
 * Throws classified errors, which begin with `doing`.
 */
export const asAdmin = <T>(
  { patienceMs = PATIENCE_MS, ...settings }: AdminSettings,
  doing: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> =>
  retryWithin(patienceMs, async () => {
    const { kafka, cut } = kafkaClient(settings)
    const admin = kafka.admin()
    try {
      await admin.connect()
      return await work(admin)
    } catch (error) {
      throw classified(error, doing)
    } finally {
      await within(GOODBYE_MS, admin.disconnect()).catch(() => {})
      cut()
    }
  })
