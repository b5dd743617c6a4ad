/** One call to append, until its outcome is known or its time is up. */
export interface AppendCall {
  /** On the clock of `performance.now()`. */
  readonly deadline: number
  readonly promise: Promise<number>
  readonly isOpen: () => boolean
  /** The offset of what was appended of it: that of the first piece is what the caller gets. */
  readonly appended: (offset: number, isAll: boolean) => void
  readonly refuse: (error: Error) => void
}

/** What goes of a call in one send: all of it, unless that is too large. */
export interface Parcel<T> {
  readonly call: AppendCall
  readonly records: readonly T[]
  readonly bytes: number
  readonly isLast: boolean
}

/** What one send may hold. A single call's records count as one, a single record's bytes as none. */
export interface SendLimits {
  readonly maxRecords: number
  readonly maxBytes: number
}

/** A call that nobody has answered. */
export const appendCall = (deadline: number): AppendCall => {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let isOpen = true
  let base: number | undefined
  return {
    deadline,
    promise,
    isOpen: () => isOpen,
    appended: (offset, isAll) => {
      base ??= offset
      if (isAll) isOpen = false
      if (isAll) resolve(base)
    },
    refuse: (error) => {
      isOpen = false
      reject(error)
    },
  }
}

/** Cuts a parcel into pieces of at most `maxBytes`, or of one record where that has more. */
export const cutParcel = <T>(
  { call, records, bytes, isLast }: Parcel<T>,
  sizeOf: (record: T) => number,
  maxBytes: number,
): Parcel<T>[] => {
  if (bytes <= maxBytes) return [{ call, records, bytes, isLast }]
  const pieces: { records: T[]; bytes: number }[] = []
  for (const record of records) {
    const size = sizeOf(record)
    const open = pieces.at(-1)
    if (open !== undefined && open.bytes + size <= maxBytes) {
      open.records.push(record)
      open.bytes += size
    } else pieces.push({ records: [record], bytes: size })
  }
  return pieces.map((piece, i) => ({
    ...piece,
    call,
    isLast: isLast && i === pieces.length - 1,
  }))
}

/** How many of the first parcels go into one send: one at least, where there is one. */
export const countTogether = <T>(
  parcels: readonly Parcel<T>[],
  { maxRecords, maxBytes }: SendLimits,
): number => {
  let records = 0
  let bytes = 0
  const tooMany = parcels.findIndex((parcel, i) => {
    records += parcel.records.length
    bytes += parcel.bytes
    return i > 0 && (records > maxRecords || bytes > maxBytes)
  })
  return tooMany === -1 ? parcels.length : tooMany
}
