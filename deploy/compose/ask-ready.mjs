// ask-ready: the health check of a container. Ends with 0 where the address answers with 2xx.
const [url] = process.argv.slice(2)
const { ok } = await fetch(url, { signal: AbortSignal.timeout(4_000) }).catch(() => ({ ok: false }))
process.exit(ok ? 0 : 1)
