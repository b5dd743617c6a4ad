import { incompatibilities, type JsonSchema } from './schema-compatibility.ts'
import { TOPIC_MESSAGES } from './topic-messages.ts'

/** JSON Schemas of messages by topic and name. */
export type MessageSchemas = Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>

/** The schemas as the sources have them. */
export const currentSchemas = (): MessageSchemas =>
  JSON.parse(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(TOPIC_MESSAGES).map(([topic, messages]) => [
          topic,
          Object.fromEntries(messages.map(({ name, schema }) => [name, schema])),
        ]),
      ),
    ),
  )

/** What of `released` the schemas of `current` would break; one line each. */
export const brokenPromises = (released: MessageSchemas, current: MessageSchemas): string[] =>
  Object.entries(released).flatMap(([topic, messages]) =>
    Object.entries(messages).flatMap(([name, earlier]) => {
      const later = current[topic]?.[name]
      if (later === undefined) return [`${topic} ${name}: is gone`]
      return incompatibilities(earlier, later).map((fault) => `${topic} ${name} ${fault}`)
    }),
  )
