/** Words for customers on hold, in English. */
export const ENGLISH_HOLD = {
  held: 'On hold',
  notHeld: 'Not on hold',
  filter: 'Hold',
  since: (source: string, since: string) => `Source ${source} is silent since ${since}`,
  next: (source: string, since: string) => `${source} silent since ${since}`,
  banner: (source: string, since: string) =>
    `No events from source ${source} since ${since}, though it usually sends.`,
  customers: (count: number, shown: string) =>
    count === 1
      ? '1 customer ordered there last and is on hold: silence raises no alert.'
      : `${shown} customers ordered there last and are on hold: silence raises no alert.`,
  show: 'Show them',
  note: (source: string, since: string) =>
    `On hold: the last order came from source ${source}, and nothing has come from there since ${since}. ` +
    'Silence raises no alert until it is back, and then for as long again as it was silent.',
}
