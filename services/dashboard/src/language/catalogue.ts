import type { ENGLISH } from './english.ts'

/** The same keys with the same kinds of text: a sentence, or a function that makes one. */
type Like<T> = T extends (...given: infer Given) => string
  ? (...given: Given) => string
  : T extends string
    ? string
    : { readonly [key in keyof T]: Like<T[key]> }

/** Every word of the page, in one language. */
export type Catalogue = Like<typeof ENGLISH>
