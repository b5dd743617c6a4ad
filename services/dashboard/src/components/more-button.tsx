import type { Pages } from '../api/use-pages.ts'
import { words } from '../language/language.ts'

/** Asks for the next page of a list, where there is one. */
export const MoreButton = ({ pages }: { readonly pages: Pages<unknown, unknown> }) =>
  pages.more ? (
    <div class="more">
      <button type="button" class="button" onClick={pages.more} disabled={pages.isLoading}>
        {words.value.common.more}
      </button>
    </div>
  ) : null
