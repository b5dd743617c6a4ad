import type { Broker } from 'kafkajs'

const API_VERSIONS = 18
/** The first version whose answer says what the broker is capable of: Kafka 2.4. */
const WITH_FEATURES = 3
const UNSUPPORTED_VERSION = 35
const METADATA = 'metadata.version'

/** The first level of `metadata.version` of each release (MetadataVersion.java of Kafka). */
const RELEASES = [
  [30, '4.3'],
  [28, '4.2'],
  [26, '4.1'],
  [22, '4.0'],
  [21, '3.9'],
  [20, '3.8'],
  [15, '3.7'],
  [12, '3.6'],
  [9, '3.5'],
  [8, '3.4'],
  [4, '3.3'],
  [1, '3.0'],
] as const

/** Levels that no release had when this was written: later than all above. */
const UNKNOWN_FROM = 31

/**
 * The release of a broker, `4.3`, by the highest `metadata.version` it is capable of: no answer of
 * Kafka's protocol names it. `undefined` for one that runs on ZooKeeper or is from before 3.0.
 *
 * kafkajs asks in versions that leave this out, so the question is ours, on its connection.
 */
export const brokerVersion = async (broker: Broker): Promise<string | undefined> => {
  const request = {
    ...{ apiKey: API_VERSIONS, apiVersion: WITH_FEATURES, apiName: 'ApiVersions' },
    encode: async () => ({ buf: REQUEST, buffer: REQUEST, size: () => REQUEST.length }),
  }
  const response = { decode: async (answer: Buffer) => answer, parse: async (a: Buffer) => a }
  const lookupRequest = () => () => ({ request, response })
  const ours = Object.create(broker, { lookupRequest: { value: lookupRequest } }) as {
    listGroups(): Promise<Buffer>
  }
  return releaseOf(await ours.listGroups())
}

/** The release that an answer of version 3 tells. */
export const releaseOf = (answer: Buffer): string | undefined => {
  const level = levelOf(answer)
  if (level === undefined) return undefined
  if (level >= UNKNOWN_FROM) return 'newer than 4.3'
  return RELEASES.find(([first]) => level >= first)?.[1]
}

const compactText = (text: string): number[] => [text.length + 1, ...Buffer.from(text)]

/** Tagged fields of the header, name and version of our software, tagged fields. */
const REQUEST = Buffer.from([0, ...compactText('ebb'), ...compactText('0'), 0])

/** Highest supported level of `metadata.version`. */
const levelOf = (answer: Buffer): number | undefined => {
  const from = reader(answer)
  if (from.int16() === UNSUPPORTED_VERSION) return undefined
  for (let left = from.varint() - 1; left > 0; left -= 1) {
    from.skip(6)
    from.skipTags()
  }
  from.skip(4)
  for (let tags = from.varint(); tags > 0; tags -= 1) {
    const [tag, size] = [from.varint(), from.varint()]
    if (tag === SUPPORTED_FEATURES) return featureLevel(from)
    from.skip(size)
  }
  return undefined
}

const SUPPORTED_FEATURES = 0

const featureLevel = (from: ByteReader): number | undefined => {
  for (let left = from.varint() - 1; left > 0; left -= 1) {
    const name = from.text(from.varint() - 1)
    from.skip(2)
    const highest = from.int16()
    from.skipTags()
    if (name === METADATA) return highest
  }
  return undefined
}

type ByteReader = ReturnType<typeof reader>

const reader = (bytes: Buffer) => {
  let at = 0
  const skip = (count: number): void => {
    at += count
  }
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = bytes.readUInt8(at)
      at += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  return {
    skip,
    varint,
    int16: (): number => {
      at += 2
      return bytes.readInt16BE(at - 2)
    },
    text: (length: number): string => {
      at += length
      return bytes.toString('utf8', at - length, at)
    },
    skipTags: (): void => {
      for (let tags = varint(); tags > 0; tags -= 1) {
        varint()
        skip(varint())
      }
    },
  }
}
