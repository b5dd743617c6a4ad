import { getContainerRuntimeClient } from 'testcontainers'
import { describe, expect, test } from 'vitest'
import { bringUp } from './bring-up.ts'
import { readConfig } from './config.ts'
import { uniqueName, useContainers } from './engines.ts'
import { IMAGES } from './images.ts'
import { type Engine, firstOffer } from './provider.ts'

const inContainer = await useContainers()
const native = { address: 'here', provider: 'native', stop: async () => {} }

const portOf = ({ address }: Engine): number => Number(/:(\d+)(?:\/\w+)?$/.exec(address)![1])

const containers = async () => (await getContainerRuntimeClient()).container

const inspecting = async (id: string) => (await containers()).getById(id).inspect()

/** The ids of all containers, whether they run or not, whose command has such a word. */
const commandedTo = async (word: string): Promise<string[]> => {
  const all = await (await containers()).dockerode.listContainers({ all: true })
  return all.filter(({ Command }) => Command.includes(word)).map(({ Id }) => Id)
}

describe.skipIf(inContainer === undefined)('where a Docker engine answers', () => {
  test.each(['kafka', 'redis', 'postgres'] as const)(
    '%s comes from its image, answers, and leaves no container behind',
    async (name) => {
      const engine = (await bringUp(name, readConfig({}))) as Engine
      expect(engine.provider).toMatch(`container ${IMAGES[name].name}`)
      const port = portOf(engine)
      const published = (await (await containers()).list()).find(({ Ports }) =>
        Ports.some(({ PublicPort }) => PublicPort === port),
      )
      expect((await inspecting(published!.Id)).Config.Image).toBe(IMAGES[name].name)
      await engine.stop()
      await expect(inspecting(published!.Id)).rejects.toMatchObject({ statusCode: 404 })
    },
  )

  test('an image that it lacks and cannot pull is a reason to ask the next provider', async () => {
    const nowhere = { ...IMAGES.redis, name: 'registry.invalid/redis:7' }
    const found = await firstOffer([inContainer!(nowhere), async () => native])
    expect(found).toMatchObject({
      provider: expect.stringMatching(/^native \(no container of registry\.invalid\/redis:7: ./),
    })
  })

  test('a container that does not come up is a reason too, and does not stay', async () => {
    const absent = uniqueName('no_program')
    const broken = { ...IMAGES.redis, command: [absent] }
    const found = await firstOffer([inContainer!(broken), async () => native])
    expect(found).toMatchObject({ provider: expect.stringMatching(/^native \(no container of ./) })
    expect(await commandedTo(absent)).toEqual([])
  })
})
