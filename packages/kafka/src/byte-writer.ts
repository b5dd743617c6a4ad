/** Writes the primitive types of Kafka's protocol (big-endian) behind each other. */
export interface ByteWriter {
  int8(value: number): void
  int16(value: number): void
  int32(value: number): void
  /** A safe integer. */
  int64(value: number): void
  /** A signed safe integer in zigzag form, seven bits a byte: `VARINT` and `VARLONG` alike. */
  varint(value: number): void
  bytes(value: Uint8Array): void
  /** Its bytes in UTF-8 behind their number as a varint. */
  varintText(value: string): void
  /** Its bytes in UTF-8 behind their number in two bytes. */
  int16Text(value: string): void
  /** What was written. Valid until the writer is used again. */
  written(): Buffer
  /** Begins anew, in the same memory. */
  clear(): void
}

/** A writer whose memory grows as needed, from `capacity` bytes on. */
export const byteWriter = (capacity: number): ByteWriter => {
  let memory = Buffer.allocUnsafe(capacity)
  let length = 0

  /** Makes room; gives where to write. */
  const claim = (size: number): number => {
    const start = length
    length += size
    if (length > memory.length) {
      const larger = Buffer.allocUnsafe(2 * length)
      memory.copy(larger, 0, 0, start)
      memory = larger
    }
    return start
  }
  // What `claim` gives comes first in each: it may change `memory`.
  const int8 = (value: number): void => {
    const at = claim(1)
    memory.writeInt8(value, at)
  }
  const int16 = (value: number): void => {
    const at = claim(2)
    memory.writeInt16BE(value, at)
  }
  const varint = (value: number): void => {
    // By arithmetic: the operators on bits would cut it to 32 of them.
    let rest = value < 0 ? -2 * value - 1 : 2 * value
    let at = claim(1)
    while (rest >= 0x80) {
      memory[at] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
      at = claim(1)
    }
    memory[at] = rest
  }
  const text = (value: string, size: number): void => {
    const at = claim(size)
    memory.write(value, at, 'utf8')
  }
  return {
    int8,
    int16,
    int32: (value) => {
      const at = claim(4)
      memory.writeInt32BE(value, at)
    },
    int64: (value) => {
      const at = claim(8)
      memory.writeBigInt64BE(BigInt(value), at)
    },
    varint,
    bytes: (value) => {
      const at = claim(value.length)
      memory.set(value, at)
    },
    varintText: (value) => {
      const size = Buffer.byteLength(value)
      varint(size)
      text(value, size)
    },
    int16Text: (value) => {
      const size = Buffer.byteLength(value)
      int16(size)
      text(value, size)
    },
    written: () => memory.subarray(0, length),
    clear: () => {
      length = 0
    },
  }
}
