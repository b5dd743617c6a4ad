import type { SetupView } from '@ebb/contracts/dashboard-api'
import type { KeysFile } from '@ebb/runtime/keys-file'

/** The write keys that a storefront can use: they are public. */
export const writeKeysOf = (keys: Pick<KeysFile, 'list'>): SetupView['writeKeys'] =>
  keys
    .list()
    .flatMap(({ source, key, revokedAt }) =>
      key === undefined || revokedAt !== undefined ? [] : [{ source, key }],
    )
