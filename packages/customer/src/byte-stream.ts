/** Where a packed state is written: numbers into bytes, texts beside them, both in sequence. */
export interface ByteWriter {
  bytes: Uint8Array
  length: number
  readonly texts: string[]
}

/** Where a packed state is read, from the front to the back. */
export interface ByteReader {
  readonly bytes: Uint8Array
  readonly texts: readonly string[]
  offset: number
  textOffset: number
}

/** Room for the longest number: 53 bits, 7 in each byte. */
const LONGEST_NUMBER = 8

const HASH_BYTES = 6

/** Above this the bit operators of the language lose digits. */
const GREATEST_INT32 = 0x7fff_ffff

/** Writes a whole number from 0 to 2^53 − 1: seven bits a byte, the lowest first. */
export function writeNumber(out: ByteWriter, value: number): void {
  if (out.length + LONGEST_NUMBER > out.bytes.length) enlarge(out, LONGEST_NUMBER)
  if (value < 128) {
    out.bytes[out.length++] = value
    return
  }
  let rest = value
  while (rest > GREATEST_INT32) {
    out.bytes[out.length++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  while (rest > 127) {
    out.bytes[out.length++] = (rest & 127) | 128
    rest >>>= 7
  }
  out.bytes[out.length++] = rest
}

/** Writes a whole number of either sign, up to 2^52 away from 0. */
export function writeSigned(out: ByteWriter, value: number): void {
  writeNumber(out, value < 0 ? -2 * value - 1 : 2 * value)
}

/** Writes whole numbers of 48 bits as six bytes each. */
export function writeHashes(out: ByteWriter, hashes: readonly number[]): void {
  const size = HASH_BYTES * hashes.length
  if (out.length + size > out.bytes.length) enlarge(out, size)
  const { bytes } = out
  let index = out.length
  for (const hash of hashes) {
    const low = hash >>> 0
    const high = (hash - low) / 2 ** 32
    bytes[index++] = high >>> 8
    bytes[index++] = high
    bytes[index++] = low >>> 24
    bytes[index++] = low >>> 16
    bytes[index++] = low >>> 8
    bytes[index++] = low
  }
  out.length = index
}

/** Reads what `writeNumber` wrote. */
export function readNumber(input: ByteReader): number {
  let byte = nextByte(input)
  if (byte < 128) return byte
  let value = 0
  let scale = 1
  while (byte > 127) {
    value += (byte & 127) * scale
    scale *= 128
    byte = nextByte(input)
  }
  return value + byte * scale
}

/** Reads what `writeSigned` wrote. */
export function readSigned(input: ByteReader): number {
  const value = readNumber(input)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

/** Reads so many of what `writeHashes` wrote. */
export function readHashes(input: ByteReader, count: number): number[] {
  const { bytes, offset } = input
  const end = offset + HASH_BYTES * count
  if (end > bytes.length) throw new RangeError('it ends too early')
  const hashes = new Array<number>(count)
  for (let index = 0, at = offset; index < count; index++, at += HASH_BYTES) {
    const high = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    const low = (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!
    hashes[index] = high * 2 ** 24 + low
  }
  input.offset = end
  return hashes
}

/** Reads how many there are; each takes a byte, at least, or a text. */
export function readLength(input: ByteReader): number {
  const length = readNumber(input)
  const left = input.bytes.length - input.offset + input.texts.length - input.textOffset
  if (length > left) throw new RangeError('it ends too early')
  return length
}

/** Reads how many there are, then each. */
export function readMany<T>(input: ByteReader, readOne: () => T): T[] {
  const length = readLength(input)
  const many = new Array<T>(length)
  for (let index = 0; index < length; index++) many[index] = readOne()
  return many
}

/** Reads the next text. */
export function readText(input: ByteReader): string {
  const text = input.texts[input.textOffset++]
  if (text === undefined) throw new RangeError('it has too few texts')
  return text
}

/** What is no packed state may ask for billions of numbers: it ends where its bytes end. */
function nextByte(input: ByteReader): number {
  const byte = input.bytes[input.offset++]
  if (byte === undefined) throw new RangeError('it ends too early')
  return byte
}

function enlarge(out: ByteWriter, size: number): void {
  const larger = new Uint8Array(2 * (out.length + size))
  larger.set(out.bytes)
  out.bytes = larger
}
