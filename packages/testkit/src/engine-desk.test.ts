import { afterEach, expect, test } from 'vitest'
import { type DeskSettings, type EngineDesk, openEngineDesk } from './engine-desk.ts'

let desk: EngineDesk | undefined

afterEach(() => desk?.close())

const asking = async (settings: Partial<DeskSettings>, ...paths: string[]): Promise<unknown[]> => {
  desk = await openEngineDesk({
    bringUp: async () => ({ missing: 'no Docker' }),
    required: new Set(),
    say: () => {},
    ...settings,
  })
  const { url } = desk
  return Promise.all(paths.map(async (path) => (await fetch(`${url}/${path}`)).json()))
}

test('many who ask get one server, which is told once and stopped at the end', async () => {
  const story: string[] = []
  const stop = async (): Promise<void> => void story.push('stop')
  const bringUp: DeskSettings['bringUp'] = async (name) => {
    story.push(`start ${name}`)
    return { address: 'redis://me:secret@here', provider: 'native', stop }
  }
  const say = (line: string): void => void story.push(line)
  const answers = await asking({ bringUp, say }, 'redis?suite=a', 'redis?suite=b')
  const there = { address: 'redis://me:secret@here', provider: 'native' }
  expect(answers).toEqual([there, there])
  expect(desk!.notRun()).toEqual([])
  await desk!.close()
  expect(story).toEqual(['start redis', 'redis: native at redis://…@here', 'stop'])
})

test('who goes without is named at the end, with the reason', async () => {
  const answers = await asking({}, 'kafka?suite=b.test.ts', 'kafka?suite=a.test.ts')
  expect(answers).toEqual([
    { missing: 'no Docker', isRequired: false },
    { missing: 'no Docker', isRequired: false },
  ])
  expect(desk!.notRun()).toEqual([
    'NOT RUN: a.test.ts needs kafka: no Docker',
    'NOT RUN: b.test.ts needs kafka: no Docker',
  ])
})

test('who asks for what is required learns that', async () => {
  const required = new Set(['kafka'])
  const answers = await asking({ required }, 'kafka?suite=a', 'redis?suite=a')
  expect(answers).toEqual([
    { missing: 'no Docker', isRequired: true },
    { missing: 'no Docker', isRequired: false },
  ])
})

test('a server that the environment names in vain is an error for all who ask', async () => {
  const bringUp = async (): Promise<never> => {
    throw new Error('does not answer')
  }
  await asking({ bringUp })
  const responses = await Promise.all([fetch(`${desk!.url}/redis`), fetch(`${desk!.url}/redis`)])
  expect(responses.map(({ status }) => status)).toEqual([500, 500])
  expect(await responses[0]!.text()).toBe('does not answer')
})
