/** Bytes of one event as JSON text. */
export const LARGEST_EVENT = 32 * 1_024

/** Bytes of one request body, both as sent and inflated. */
export const LARGEST_BODY = 500 * 1_024

/** Bytes of the `context` beside a batch as JSON text: every event of the batch carries a copy. */
export const LARGEST_BATCH_CONTEXT = 8 * 1_024

/** Events of one request; the smallest events that fit into a body would be ten times as many. */
export const MOST_EVENTS = 2_500
