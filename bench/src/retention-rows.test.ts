import { expect, test } from 'vitest'
import { insertInto } from './retention-rows.ts'

test('a row is inserted by one statement, with a parameter for each column', () => {
  expect(insertInto('inbox', ['alert_id', 'raised_at'])).toBe(
    'INSERT INTO inbox (alert_id, raised_at) OVERRIDING SYSTEM VALUE VALUES ($1, $2)',
  )
})
