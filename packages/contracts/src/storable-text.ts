import Type from 'typebox'

const NUL = '\u0000'

/** Whether every store can keep a text: well-formed, and without a NUL. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes(NUL)

/** A text of so many characters at most that every store can keep. */
export const StorableText = (maxLength: number, minLength = 1) =>
  Type.Refine(Type.String({ minLength, maxLength }), isStorable)

/** Ids of records, customers and orders: longer than any that Ebb makes or accepts. */
export const RecordId = StorableText(1_024)
