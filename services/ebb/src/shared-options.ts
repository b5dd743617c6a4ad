import type { KafkaForTests, ServerForTests } from '@ebb/testkit/engines'

/** Options that put a command on Kafka and Redis; their engines are shared, the namespace is not. */
export const sharedOptions = (
  kafka: Pick<KafkaForTests, 'brokers'>,
  redis: Pick<ServerForTests, 'url'>,
  namespace: string,
): string[] => [
  ...['--kafka', kafka.brokers.join(',')],
  ...['--redis', redis.url],
  ...['--namespace', namespace],
]
