import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type FlowGate, flowGate } from './flow-gate.ts'
import { freePort } from './ports.ts'
import {
  type DropFault,
  type DropRule,
  kafkaPassing,
  type Passing,
  responseFaults,
} from './response-faults.ts'

/** Where a proxy stands. */
export interface FaultProxySettings {
  /** `host:port` of the server behind it. */
  readonly target: string
  /** Only what speaks Kafka's protocol, without TLS, can have single responses dropped. */
  readonly protocol?: 'kafka'
}

/** What is held up. */
export type Direction = 'requests' | 'responses' | 'both'

/** A TCP proxy that does to a connection what networks and dying servers do. */
export interface FaultProxy {
  /** `host:port` for clients. */
  readonly address: string
  /** Loses responses of a Kafka broker, chosen by a rule. */
  dropResponses(rule: DropRule): DropFault
  /** Each answer arrives so much later than it would; 0 ends it. */
  delay(ms: number): void
  /** Ends every connection at once; new ones are taken. */
  cut(): void
  /** Bytes stop, connections live. Stalled responses then cut: done, but never answered. */
  stall(direction?: Direction): void
  resume(): void
  /** New connections are refused, as where no server runs; those that stand are left alone. */
  refuse(): void
  /** Takes connections again, on the same port. */
  accept(): Promise<void>
  /** Ends everything. */
  close(): Promise<void>
}

interface Gates {
  readonly requests: FlowGate
  readonly responses: FlowGate
}

/** Starts a proxy on 127.0.0.1, without faults. */
export const startFaultProxy = async (settings: FaultProxySettings): Promise<FaultProxy> => {
  const port = await freePort()
  const gates: Gates = { requests: flowGate(), responses: flowGate() }
  const faults = responseFaults()
  const links = new Set<Link>()
  const passing = settings.protocol === 'kafka' ? () => kafkaPassing(faults) : allPassing
  const join = (client: Socket): void => {
    const link = linked(client, settings.target)
    links.add(link)
    client.once('close', () => links.delete(link))
    const { requests, responses } = passing()
    void pump(link, { from: client, to: link.server, pass: requests, gate: gates.requests })
    void pump(link, { from: link.server, to: client, pass: responses, gate: gates.responses })
  }
  const cut = (): void => {
    for (const link of links) link.cut()
  }
  const stalls = stalling(gates)
  let server = await listening(port, join)
  return {
    address: `127.0.0.1:${port}`,
    dropResponses: faults.drop,
    delay: gates.responses.delay,
    cut,
    ...stalls,
    refuse: () => void server.close(),
    accept: async () => {
      if (!server.listening) server = await listening(port, join)
    },
    close: async () => {
      const closed = server.listening ? once(server, 'close') : undefined
      server.close()
      cut()
      stalls.resume()
      await closed
    },
  }
}

const allPassing = (): { readonly requests: Passing; readonly responses: Passing } => {
  const all: Passing = (chunk) => [chunk]
  return { requests: all, responses: all }
}

const stalling = (gates: Gates): Pick<FaultProxy, 'stall' | 'resume'> => ({
  stall: (direction = 'both') => {
    if (direction !== 'responses') gates.requests.shut()
    if (direction !== 'requests') gates.responses.shut()
  },
  resume: () => {
    gates.requests.open()
    gates.responses.open()
  },
})

const listening = async (port: number, join: (client: Socket) => void): Promise<Server> => {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, join).listen(
    port,
    '127.0.0.1',
  )
  await once(server, 'listening')
  return server
}

/** A client's connection and ours to the server: they end together. */
interface Link {
  readonly server: Socket
  cut(): void
}

const linked = (client: Socket, target: string): Link => {
  const { hostname, port } = new URL(`tcp://${target}`)
  const server = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    allowHalfOpen: true,
  })
  const cut = (): void => {
    client.destroy()
    server.destroy()
  }
  for (const socket of [client, server]) socket.on('error', cut).on('close', cut)
  return { server, cut }
}

interface Pipe {
  readonly from: Socket
  readonly to: Socket
  readonly pass: Passing
  readonly gate: FlowGate
}

/** Moves the bytes of one direction until the connection ends or is cut. */
const pump = async (link: Link, { from, to, pass, gate }: Pipe): Promise<void> => {
  const later = gate.queue()
  try {
    for await (const chunk of from) {
      await gate.whenOpen()
      for (const piece of pass(chunk as Buffer))
        later(() => (piece === 'cut' ? link.cut() : void to.write(piece)))
    }
    later(() => void to.end())
  } catch {
    // A cut connection ends the reading with an error; its other half goes with it.
    link.cut()
  }
}
