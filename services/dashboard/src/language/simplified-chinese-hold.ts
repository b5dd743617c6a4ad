import type { Catalogue } from './catalogue.ts'

/** Words for customers on hold, in Simplified Chinese. */
export const SIMPLIFIED_CHINESE_HOLD: Catalogue['hold'] = {
  held: '暂缓告警',
  notHeld: '未暂缓',
  filter: '暂缓',
  since: (source, since) => `来源 ${source} 自 ${since} 起没有数据`,
  next: (source, since) => `${source} 自 ${since} 起无数据`,
  banner: (source, since) => `来源 ${source} 平时有数据，但自 ${since} 起没有收到任何事件。`,
  customers: (_count, shown) => `${shown} 位客户最近一次在此下单，已暂缓：沉默不会触发告警。`,
  show: '查看这些客户',
  note: (source, since) =>
    `已暂缓：最近一笔订单来自来源 ${source}，该来源自 ${since} 起没有任何数据。` +
    '恢复之前沉默不会触发告警；恢复后还要再等同样长的时间。',
}
