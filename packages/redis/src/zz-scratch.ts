import { startNativeRedis } from '../../testkit/src/native-redis.ts'
import { freePort } from '../../testkit/src/ports.ts'
import { connectRedis } from './redis-connection.ts'
import { redisPartitionStore } from './redis-partition-store.ts'
const node = await startNativeRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())] })
const admin = await connectRedis({ url: node.url })
await admin.run((c) => c.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16383))
await new Promise((r) => setTimeout(r, 300))
const base = '+eval +evalsha +hmget +hset +hdel +hincrby +hscan +unlink'.split(' ')
for (const more of [[], ['+cluster|slots'], ['+cluster|slots', '+info'], ['+cluster|slots', '+client|setname'], ['+cluster|slots', '+client|setname', '+info'],['+cluster|slots', '+client|setname', '+info', '+config|get']]) {
  await admin.run((c) => c.call('ACL', 'SETUSER', 'ebb', 'reset', 'on', '>x', '~ebb:*', ...base, ...more))
  try {
    const notices: string[] = []
    const c = await connectRedis({ url: node.url.replace('//', '//ebb:x@'), cluster: true, onNotice: (n) => notices.push(n.message) })
    const s = redisPartitionStore(c, { processor: 'f' })
    await new Promise((r) => setTimeout(r, 300))
    console.log(more.join(' '), JSON.stringify(await s.acquire(0)), notices)
    await c.close()
  } catch (e) { console.log(more.join(' '), String(e)) }
}
await admin.close()
await node.stop()
