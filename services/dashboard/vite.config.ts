import { defineConfig } from 'vite'

// The page of the dashboard: `dist/`, which `insights` serves at `/`. In development the API is
// that of an installation that runs on this machine.
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': 'http://127.0.0.1:8083' } },
})
