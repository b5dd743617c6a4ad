/** The keys that a person may mean: the key itself, or the id of a user or an anonymous one. */
export const customerKeys = (given: string): readonly string[] => {
  const byId = [`u:${given}`, `a:${given}`]
  return /^[ua]:./.test(given) ? [given, ...byId] : byId
}
