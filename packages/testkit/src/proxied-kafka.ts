import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { type NativeKafka, startNativeKafka } from './native-kafka.ts'
import { freePort } from './ports.ts'

/** A broker of one's own that clients only reach through a fault proxy. */
export interface ProxiedKafka {
  readonly kafka: NativeKafka
  readonly proxy: FaultProxy
  /** The proxy's address, which the broker also gives as its own. */
  readonly brokers: string[]
  /** Ends both for good. */
  stop(): Promise<void>
}

/** Starts both. Throws where there is no Java or no Kafka. */
export const startProxiedKafka = async (): Promise<ProxiedKafka> => {
  const port = await freePort()
  const proxy = await startFaultProxy({ target: `127.0.0.1:${port}`, protocol: 'kafka' })
  try {
    const kafka = await startNativeKafka({ port, advertised: proxy.address })
    const stop = async (): Promise<void> => {
      await proxy.close()
      await kafka.stop()
    }
    return { kafka, proxy, brokers: [proxy.address], stop }
  } catch (error) {
    await proxy.close()
    throw error
  }
}
