import { inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const LOCAL_HEADER_BYTES = 30
const ENTRY_BYTES = 46
const DEFLATED = 8

/**
 * One file of a zip archive, by the names in its central directory (APPNOTE.TXT of PKWARE, 4.3). Neither
 * Zip64 nor encryption. Throws where there is no such file.
 */
export const readZipEntry = (zip: Buffer, wanted: string): Buffer => {
  let at = zip.length - 22
  while (at >= 0 && zip.readUInt32LE(at) !== END_OF_DIRECTORY) at -= 1
  if (at < 0) throw new Error('This is no zip archive')
  const entries = zip.readUInt16LE(at + 10)
  let entry = zip.readUInt32LE(at + 16)
  for (let nth = 0; nth < entries; nth += 1) {
    const nameBytes = zip.readUInt16LE(entry + 28)
    const name = zip.toString('utf8', entry + ENTRY_BYTES, entry + ENTRY_BYTES + nameBytes)
    if (name === wanted) return contentOf(zip, entry)
    entry += ENTRY_BYTES + nameBytes + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32)
  }
  throw new Error(`The archive has no ${wanted}`)
}

const contentOf = (zip: Buffer, entry: number): Buffer => {
  const header = zip.readUInt32LE(entry + 42)
  const names = zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
  const begin = header + LOCAL_HEADER_BYTES + names
  const content = zip.subarray(begin, begin + zip.readUInt32LE(entry + 20))
  return zip.readUInt16LE(entry + 10) === DEFLATED ? inflateRawSync(content) : content
}
