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
  'services/insights/migrations/002-profiles-and-tags.sql':
    '820cc000d09441ff15350f9e1e84e38a20ee77445402ef506001650a785b71b8',
  'services/insights/migrations/003-quality.sql':
    'ecb0a9767825ad1b8b7b9c4f370de10ad9b5b0e1e8bf79335750d591fc9a906d',
  'services/insights/migrations/004-grading.sql':
    'f6404b3e7ff66b48277bd28c3fd270bf6fdb2dea79c8590991aec4a99e666821',
  'services/insights/migrations/005-expected-loss.sql':
    '146ec69d193fc076db9075c0f612aed32daaf6dae54ba00dc2f361a053c11e2b',
  'services/insights/migrations/006-stage-by-promotions.sql':
    '7b424611c1245f56a14e2ad7e582b79a6aada8c41ae3a0af5ef2174e9b351bec',
  'services/insights/migrations/007-visits.sql':
    'a4a087f3a4a79a465ff958b1a920e280da0d5caf0d7ed4f9ca3528dcb5abe226',
  'services/insights/migrations/008-alert-signal.sql':
    '17453eed3b6d7cf6fa03359fc57e727887e41224cd4d173bad9a609970f9aae4',
  'services/retention/migrations/001-winbacks.sql':
    '172d425878a858809a73462afc8879e6ad5cdaa784759dc72808e225a160ae2d',
  'services/retention/migrations/002-decision-trace-context.sql':
    'fe210075acba8a855509f6631f188b30107e145b24b19978c7b74807df97c5ca',
  'services/retention/migrations/003-orders-as-they-stand.sql':
    'df74043465b8863cfe00e0df5f5ae0fc000d515014685372a92d29e8743203b2',
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
