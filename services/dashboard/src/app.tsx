import { useEffect } from 'preact/hooks'
import { mayOpen } from './access/role-rights.ts'
import { session } from './access/session.ts'
import { SignInPage } from './access/sign-in-page.tsx'
import { Banners } from './components/banners.tsx'
import { Empty, Loading } from './components/notice.tsx'
import { PageHead } from './components/page-head.tsx'
import { SideBar } from './components/side-bar.tsx'
import { CustomerPage } from './customers/customer-page.tsx'
import { CustomersPage } from './customers/customers-page.tsx'
import { GradesPage } from './grades/grades-page.tsx'
import { words } from './language/language.ts'
import { LivePage } from './live/live-page.tsx'
import { listenLive } from './live/live-store.ts'
import { QualityPage } from './quality/quality-page.tsx'
import { RejectsPage } from './rejects/rejects-page.tsx'
import { route } from './routing/location.ts'
import { SetupPage } from './setup/setup-page.tsx'
import { WinbacksPage } from './winbacks/winbacks-page.tsx'

/** The whole page: the sign-in, or what is behind it. */
export const App = () => {
  if (session.value === undefined) return <Loading />
  return session.value === null ? <SignInPage /> : <SignedIn />
}

const focusMain = (): void => document.getElementById('main')?.focus()

const SignedIn = () => {
  const { page, customerId } = route.value
  useEffect(listenLive, [])
  const title = customerId ?? words.value.page[page]
  useEffect(() => {
    document.title = `${title} · Ebb`
  }, [title])
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={focusMain}>
        {words.value.app.skip}
      </button>
      <SideBar />
      <main id="main" tabIndex={-1}>
        <Banners />
        <div class="page" key={`${page} ${customerId}`}>
          <CurrentPage />
        </div>
      </main>
    </div>
  )
}

const CurrentPage = () => {
  const { page, customerId } = route.value
  const role = session.value?.role ?? 'viewer'
  if (!mayOpen(role, page)) return <NotYours />
  if (page === 'customers') {
    return customerId === undefined ? <CustomersPage /> : <CustomerPage customerId={customerId} />
  }
  if (page === 'winbacks') return <WinbacksPage />
  if (page === 'quality') return <QualityPage />
  if (page === 'grades') return <GradesPage />
  if (page === 'rejects') return <RejectsPage />
  return page === 'setup' ? <SetupPage /> : <LivePage />
}

const NotYours = () => {
  const { app, role, page } = words.value
  return (
    <>
      <PageHead title={page[route.value.page]} />
      <Empty title={app.notYours}>
        <p>{app.notYoursHint(role[session.value?.role ?? 'viewer'])}</p>
      </Empty>
    </>
  )
}
