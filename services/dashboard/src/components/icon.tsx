const PATHS = {
  live: 'M2 12h4l3-8 5 16 3-8h5',
  customers:
    'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 9c0-4 3-6 7-6s7 2 7 6M16 3.5a4 4 0 0 1 0 7.5M18 14.5c2.5.6 4 2.5 4 5.5',
  winbacks: 'M4 9a8 8 0 1 1-1 6M4 3v6h6',
  quality: 'M4 20V10m5 10V4m5 16v-7m5 7V8M2 20h20',
  grades: 'M3 3v18h18M7 15l4-4 3 2 6-7m0 5V6h-5',
  rejects: 'M12 3 2 20h20L12 3Zm0 7v4m0 3v.01',
  setup: 'm8 8-5 4 5 4m8-8 5 4-5 4m-3-11-3 14',
  settings:
    'M4 7h10m4 0h2M4 17h2m4 0h10M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'm4 12 5 6L20 6',
  table: 'M3 5h18v14H3zM3 10h18M9 10v9',
  chart: 'M4 4v16h16M8 15l4-5 3 3 5-7',
  back: 'm14 5-7 7 7 7',
  signOut: 'M10 4H4v16h6m5-4 4-4-4-4m4 4H9',
  pause: 'M8 5v14m8-14v14',
  play: 'M7 4v16l13-8L7 4Z',
  download: 'M12 3v12m-5-5 5 5 5-5M4 20h16',
  returned: 'M9 7 4 12l5 5M4 12h11a5 5 0 0 1 0 10h-2',
  crossed: 'M4 6c5 0 6 12 16 12m0 0-5-3m5 3-4 4',
  gone: 'M6 6l12 12M18 6 6 18',
} as const

/** The name of a drawing. */
export type IconName = keyof typeof PATHS

/** A drawing beside a word; it says nothing by itself. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
)

/** The sign of Ebb: a line that falls, and where it turns. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M5 12c5 0 5 11 11 11s5-4 11-4" />
    <circle cx="16" cy="23" r="3" />
  </svg>
)
