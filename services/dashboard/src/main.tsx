import { render } from 'preact'
import './look/base.css'
import './look/shell.css'
import './look/marks.css'
import './look/parts.css'
import './look/forms.css'
import './look/tables.css'
import './look/sign-in.css'
import './look/live.css'
import './look/customers.css'
import './look/curve.css'
import './look/winbacks.css'
import './look/intake.css'
import './look/quality.css'
import './look/grades.css'
import { beginSession } from './access/session.ts'
import { App } from './app.tsx'

// The page of the dashboard. It reads the API of `insights` below /api, keeps two choices of the
// reader in the browser (language and colours), and nothing else.
render(<App />, document.getElementById('app')!)
await beginSession()
