import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,services,bench}/**/*.test.ts', 'rules/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
