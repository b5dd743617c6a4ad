/** Names the parameters of `SHIPPED_PRIORS` in every alert. */
export const SHIPPED_MODEL_VERSION = 'shipped-1'
