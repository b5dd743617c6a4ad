/** How to mend what engines report; every other fault says that in its message. */
const MENDS: Readonly<Record<string, string>> = {
  EBB_KAFKA_UNAVAILABLE: 'Start Kafka, or mend --kafka (EBB_KAFKA) or the files of TLS.',
  EBB_KAFKA_LOGIN: 'Check EBB_KAFKA_SASL, EBB_KAFKA_USERNAME and EBB_KAFKA_PASSWORD.',
  EBB_REDIS_AWAY: 'Start Redis, or mend --redis (EBB_REDIS).',
  EBB_REDIS_REFUSED:
    'Mend the user and the password in --redis (EBB_REDIS), their rights, or the files of TLS.',
  EBB_TOPIC_MISSING: 'Run `ebb topics apply`.',
}

/** What a person is told of a fault: its code, what is wrong, and how to mend it. */
export const faultText = ({ code, message, stack }: Error & { code?: string }): string => {
  // Nobody foresaw it, so whoever looks for the cause needs to know where.
  if (code === undefined) return stack ?? message
  const told = message.startsWith(code) ? message : `${code}: ${message}`
  const mend = MENDS[code]
  return mend === undefined ? told : `${told.replace(/\.$/, '')}. ${mend}`
}
