import { missingTopic } from '@ebb/streaming/faults'
import { type Broker, type Cluster, type Consumer, type Kafka, PartitionAssigners } from 'kafkajs'
import { isUnknownTopic, rootFault } from './kafka-faults.ts'

/** A consumer that has not joined its group yet, and the brokers behind it. */
export interface OpenConsumer {
  readonly consumer: Consumer
  readonly cluster: Cluster
}

/** How a consumer is a member of its group. */
export interface ConsumerSettings {
  readonly kafka: Kafka
  readonly group: string
  readonly topic: string
  /** Without a heartbeat for so long the broker gives the partitions to others. */
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
}

/** Also how late a record can be that comes just when its partition was released. */
const LONGEST_FETCH_MS = 100
const PARTITION_BYTES = 1_048_576

/** Connects and subscribes. Throws `EBB_TOPIC_MISSING`, or what kafkajs throws. */
export const openConsumer = async (settings: ConsumerSettings): Promise<OpenConsumer> => {
  const made = makeConsumer(settings)
  try {
    await made.consumer.connect()
    // From the beginning: where kafkajs resets an offset, what comes then must be noticed.
    await made.consumer.subscribe({ topics: [settings.topic], fromBeginning: true })
    return made
  } catch (error) {
    made.consumer.disconnect().catch(() => {})
    throw isUnknownTopic(error) ? missingTopic(settings.topic) : error
  }
}

/** kafkajs shows its cluster to partition assigners alone. */
const makeConsumer = (settings: ConsumerSettings): OpenConsumer => {
  let cluster: Cluster | undefined
  const consumer = settings.kafka.consumer({
    groupId: settings.group,
    allowAutoTopicCreation: false,
    sessionTimeout: settings.sessionTimeoutMs,
    // Members join again at once, whatever they are at. One that was killed while it joined would hold
    // up the whole group for so long, twice: kafkajs has a minute.
    rebalanceTimeout: settings.sessionTimeoutMs,
    heartbeatInterval: settings.heartbeatIntervalMs,
    maxWaitTimeInMs: LONGEST_FETCH_MS,
    maxBytesPerPartition: PARTITION_BYTES,
    // What takes longer than these retries is mended by a new consumer, and only by us.
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      retries: 5,
      restartOnFailure: async () => false,
    },
    partitionAssigners: [
      (config) => {
        cluster = config.cluster
        return PartitionAssigners.roundRobin(config)
      },
    ],
  })
  return { consumer, cluster: cluster! }
}

/**
 * Leaves the group in the name of members that ended while their broker was away: nobody would be
 * given a partition until their sessions are over. Those who are gone leave the set; where the
 * group cannot be asked, it cannot be joined either, and that is tried again.
 */
export const forgetMembers = async (
  { cluster }: OpenConsumer,
  group: string,
  memberIds: Set<string>,
): Promise<void> => {
  for (const memberId of memberIds)
    if (await isForgotten(cluster, group, memberId)) memberIds.delete(memberId)
}

const isForgotten = async (cluster: Cluster, group: string, memberId: string): Promise<boolean> => {
  try {
    const coordinator = (await cluster.findGroupCoordinator({ groupId: group })) as Leavable
    await coordinator.leaveGroup({ groupId: group, memberId })
    return true
  } catch (error) {
    return rootFault(error).type === 'UNKNOWN_MEMBER_ID'
  }
}

/** In kafkajs at run time, not in its types. */
interface Leavable extends Broker {
  leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown>
}
