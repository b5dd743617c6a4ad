import { words } from '../language/language.ts'

/** A code in a few words; the code itself where it has none. */
export const rejectName = (code: string): string => {
  const names: Readonly<Record<string, string>> = words.value.rejectCode
  return names[code] ?? code
}
