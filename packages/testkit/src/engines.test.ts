import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { uniqueName, useKafka, usePostgres, useRedis } from './engines.ts'

const kafka = await useKafka()
const redis = await useRedis()
const postgres = await usePostgres()

describe.skipIf(kafka === undefined)('the Kafka of the run', () => {
  test('makes a topic and takes it away', async () => {
    const { brokers } = kafka!
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const topic = uniqueName('smoke')
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] })
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    expect(topics[0]?.partitions).toHaveLength(3)
    await admin.deleteTopics({ topics: [topic] })
    await admin.disconnect()
  })
})

describe.skipIf(redis === undefined)('the Redis of the run', () => {
  test('gives back what was set', async () => {
    const client = new Redis(redis!.url)
    const key = uniqueName('smoke')
    await client.set(key, 'there')
    expect(await client.getdel(key)).toBe('there')
    await client.quit()
  })
})

describe.skipIf(postgres === undefined)('the PostgreSQL of the run', () => {
  test('gives back the rows of a new table', async () => {
    const client = new Client({ connectionString: postgres!.url })
    await client.connect()
    const schema = uniqueName('smoke')
    await client.query(`CREATE SCHEMA ${schema}`)
    await client.query(`CREATE TABLE ${schema}.shops (name text PRIMARY KEY)`)
    await client.query(`INSERT INTO ${schema}.shops VALUES ('corner')`)
    const { rows } = await client.query(`SELECT name FROM ${schema}.shops`)
    expect(rows).toEqual([{ name: 'corner' }])
    await client.query(`DROP SCHEMA ${schema} CASCADE`)
    await client.end()
  })
})
