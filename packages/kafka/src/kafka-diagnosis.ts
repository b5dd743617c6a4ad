import type { EngineReport, GroupMember } from '@ebb/streaming/engines'
import kafkajs, { type GroupDescription } from 'kafkajs'
import { brokerVersion } from './broker-version.ts'
import { asAdmin } from './kafka-admin.ts'
import { kafkaClient } from './kafka-client.ts'
import { kafkaCluster } from './kafka-cluster.ts'
import type { KafkaSettings } from './kafka-settings.ts'

const { AssignerProtocol } = kafkajs

/** Whoever examines asks once, and wants to know of a broker that stands still. */
const ONCE = 0

/** What a broker of the cluster is. It has no clock to ask: its stamps are in the records. */
export const reportOnKafka = async (settings: KafkaSettings): Promise<EngineReport> => {
  const cluster = kafkaCluster(() => kafkaClient(settings))
  try {
    const version = await cluster.use([], 'ask which Kafka this is', async (brokers) => {
      await brokers.refreshMetadata()
      return brokerVersion(await brokers.findControllerBroker())
    })
    return { product: 'Apache Kafka', ...(version !== undefined && { version }), advice: [] }
  } finally {
    void cluster.close()
  }
}

/**
 * Who reads as each of these groups; nobody where a group is not there. Each group reads one topic,
 * so partitions stand without it.
 */
export const membersOf = (
  settings: KafkaSettings,
  groups: readonly string[],
): Promise<(readonly GroupMember[])[]> =>
  asAdmin({ ...settings, patienceMs: ONCE }, 'ask who reads', async (admin) => {
    const ids = groups.map((group) => (settings.prefix ?? '') + group)
    const described = (await admin.describeGroups(ids)).groups
    return ids.map((id) => {
      const group = described.find(({ groupId }) => groupId === id)
      return (group?.members ?? []).map(memberOf)
    })
  })

const memberOf = ({
  clientId,
  clientHost,
  memberAssignment,
}: GroupDescription['members'][number]): GroupMember => ({
  who: `${clientId} at ${clientHost.replace(/^\//, '')}`,
  partitions: partitionsOf(memberAssignment),
})

/** None while the group hands its partitions out anew. */
const partitionsOf = (assignment: Buffer): number[] => {
  if (assignment.length === 0) return []
  const decoded = AssignerProtocol.MemberAssignment.decode(assignment)
  return Object.values(decoded?.assignment ?? {})
    .flat()
    .sort((a, b) => a - b)
}
