/** What a first event is sent with. */
export interface CurlSettings {
  readonly collectorUrl: string
  readonly key: string
  readonly currency: string
}

/** A line for a shell that sends one order; the shop's key is a word of `[\w-]`. */
export const curlLine = ({ collectorUrl, key, currency }: CurlSettings): string => {
  const event = {
    event: 'Order Completed',
    userId: '42',
    properties: { order_id: '1001', total: '19.90', currency },
  }
  const url = `${collectorUrl.replace(/\/+$/, '')}/v1/events`
  return [
    `curl ${url} -H "Authorization: Bearer ${key}" \\`,
    `  -d '${JSON.stringify(event)}'`,
  ].join('\n')
}

const SHOWN = 4

/** A key by its end alone. */
export const masked = (key: string): string => `••••••••${key.slice(-SHOWN)}`
