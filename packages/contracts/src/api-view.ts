import Type, { type Static, type TSchema } from 'typebox'

/** An answer of a schema, for those who make it and those who read it: nobody changes it. */
export type View<S extends TSchema> = Frozen<Static<S>>

type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T

/** An instant over HTTP: ISO 8601 in UTC. */
export const IsoInstant = Type.String({ format: 'date-time' })

/** A whole number of things. */
export const Count = Type.Integer({ minimum: 0 })

/** Money: minor units of the shop's currency. */
export const Minor = Type.Integer()
