import type { ComponentChildren } from 'preact'

interface PageHeadProps {
  readonly title: string
  /** Above the title: where this page hangs. */
  readonly above?: ComponentChildren
  /** Behind the title. */
  readonly badge?: ComponentChildren
  readonly aside?: ComponentChildren
}

/** The heading of a page. */
export const PageHead = ({ title, above, badge, aside }: PageHeadProps) => (
  <header class="page-head">
    <div>
      {above}
      <div class="page-title">
        <h1>{title}</h1>
        {badge}
      </div>
    </div>
    {aside && <div class="page-aside">{aside}</div>}
  </header>
)
