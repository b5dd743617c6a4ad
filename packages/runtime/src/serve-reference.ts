import { type HttpReference, type OpenApiDocument, openApiDocument } from '@ebb/contracts/openapi'
import { HaltError } from '@ebb/streaming/faults'
import type { FastifyInstance } from 'fastify'

/** Routes that are for programs of a browser, or no interface: pre-flights, HEAD, files of a page. */
const UNTOLD = /^(OPTIONS|HEAD) | \/\*$/
/** Added by the server itself, before any hook of ours. */
const PROBES = ['GET /livez', 'GET /readyz']

/**
 * Serves the description of a server at `/openapi.json`, to anybody. Call it before routes are
 * added: a server whose routes are not those of its description does not start, with
 * `EBB_HTTP_UNDOCUMENTED`.
 */
export const serveReference = (app: FastifyInstance, reference: HttpReference): void => {
  const document = openApiDocument(reference)
  const registered = new Set(PROBES)
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) registered.add(`${each} ${url}`)
  })
  app.addHook('onReady', async () => {
    const told = new Set(routesOf(document))
    const wrong = [
      ...[...registered].filter((route) => !UNTOLD.test(route) && !told.has(route)),
      ...[...told].filter((route) => !registered.has(route)),
    ]
    if (wrong.length === 0) return
    throw new HaltError('EBB_HTTP_UNDOCUMENTED', `routes and /openapi.json differ in ${wrong}`)
  })
  app.get('/openapi.json', async () => document)
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

const routesOf = ({ paths }: OpenApiDocument): string[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map(
      (method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    ),
  )
