import { mayOpen } from '../access/role-rights.ts'
import { session, signOut } from '../access/session.ts'
import { words } from '../language/language.ts'
import { route } from '../routing/location.ts'
import { hrefOf, PAGES } from '../routing/route.ts'
import { Icon, Mark } from './icon.tsx'
import { LanguageChoice, ThemeChoice } from './preferences.tsx'

/** The pages that are for the reader; on a phone at the bottom. */
export const SideBar = () => {
  const { app } = words.value
  return (
    <header class="side-bar">
      <p class="brand">
        <Mark />
        Ebb
      </p>
      <Navigation />
      <div class="side-foot">
        <Settings />
      </div>
      <details class="top-settings">
        <summary aria-label={app.settings}>
          <Icon name="settings" />
        </summary>
        <div class="top-settings-panel">
          <Settings />
        </div>
      </details>
    </header>
  )
}

const Navigation = () => {
  const { page, app } = words.value
  const role = session.value?.role ?? 'viewer'
  return (
    <nav aria-label={app.pages}>
      <ul>
        {PAGES.filter((name) => mayOpen(role, name)).map((name) => (
          <li key={name}>
            <a
              href={hrefOf({ page: name })}
              {...(route.value.page === name && { 'aria-current': 'page' as const })}
            >
              <Icon name={name} />
              <span>{page[name]}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const Settings = () => {
  const { app, role } = words.value
  const who = session.value
  return (
    <div class="settings">
      <LanguageChoice />
      <ThemeChoice />
      {who && <p class="muted">{app.signedInAs(who.name, role[who.role])}</p>}
      <button type="button" class="button is-quiet" onClick={signOut}>
        <Icon name="signOut" />
        {app.signOut}
      </button>
    </div>
  )
}
