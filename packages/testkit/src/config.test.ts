import { expect, test } from 'vitest'
import { dropShopSettings } from './config.ts'

test('what a person has exported for a shop does not reach a test', () => {
  const env = { EBB_KAFKA: 'shop:9092', EBB_TEST_KAFKA: 'test:9092', PATH: '/bin' }
  dropShopSettings(env)
  expect(env).toEqual({ EBB_TEST_KAFKA: 'test:9092', PATH: '/bin' })
})

test('and of this run', () => {
  const settings = Object.keys(process.env).filter((name) => name.startsWith('EBB_'))
  expect(settings.filter((name) => !name.startsWith('EBB_TEST_'))).toEqual([])
})
