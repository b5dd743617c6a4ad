import manifest from '../package.json' with { type: 'json' }

/** The version of Ebb that runs. */
export const { version } = manifest
