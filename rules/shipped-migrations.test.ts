import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** SHA-256 of every migration that somebody may have applied. */
const SHIPPED: Readonly<Record<string, string>> = {
  'packages/postgres/migrations/001-topic-offsets-and-outbox.sql':
    '01949aa3e3ba6312c5f7961e38f5a81c0180d33a34554f296bbe9f1f492e73bb',
  'packages/postgres/migrations/002-outbox-trace-context.sql':
    'f938d3c3793f944004e0380d59946cd185a24c13f526043799952b101add732f',
  'services/insights/migrations/001-read-models.sql':
    '4c734fee5b1ebb305c7b30a3c92b062d0577562ce2aea72a9776cd5853d0f8a0',
  'services/retention/migrations/001-winbacks.sql':
    '172d425878a858809a73462afc8879e6ad5cdaa784759dc72808e225a160ae2d',
  'services/retention/migrations/002-decision-trace-context.sql':
    'fe210075acba8a855509f6631f188b30107e145b24b19978c7b74807df97c5ca',
}

test('a migration that was shipped never changes: what is new goes into a new file, with a row here', () => {
  const files = globSync('{packages,services}/*/migrations/*.sql', { cwd: ROOT })
  const digests = files.map((file) => [
    file,
    createHash('sha256')
      .update(readFileSync(join(ROOT, file)))
      .digest('hex'),
  ])
  expect(Object.fromEntries(digests)).toEqual(SHIPPED)
})
