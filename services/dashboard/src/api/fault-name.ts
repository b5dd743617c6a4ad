import { words } from '../language/language.ts'
import type { ApiFault } from './api-fault.ts'

/** A fault in a few words of the reader's language; `undefined` where its code has none. */
export const faultName = ({ code }: Pick<ApiFault, 'code'>): string | undefined => {
  const names: Readonly<Record<string, string>> = words.value.fault
  return names[code]
}
