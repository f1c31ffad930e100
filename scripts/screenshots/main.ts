// Makes the pictures of docs/images with Chromium, from made data: `node scripts/screenshots/main.ts [NAME-BEGINNING]`.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { freshAgent, madeAgent } from './made/agent.ts'
import { madeInfoHash } from './made/details.ts'
import { madeOverview } from './made/overview.ts'
import { startMadeAgent, startMadeOrigin } from './made/server.ts'

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const sizes = {
  desktop: { width: 1280, height: 800 },
  wide: { width: 1440, height: 900 },
  phone: { width: 360, height: 740 },
}
const now = new Date('2026-11-21T08:40:00Z')

interface Picture {
  readonly name: string
  readonly url: string
  readonly size?: keyof typeof sizes
  readonly scheme?: 'light' | 'dark'
  /** What happens before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>
}

async function take(browser: Browser, { name, url, size = 'desktop', scheme = 'light', act }: Picture): Promise<void> {
  const context = await browser.newContext({
    viewport: sizes[size],
    colorScheme: scheme,
    timezoneId: 'UTC',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  // The made data is of that moment, and "2 min ago" is to stay so.
  await page.clock.setFixedTime(now)
  await page.goto(url)
  await page.locator('main h1').waitFor()
  await page.getByText('Loading …').waitFor({ state: 'detached' })
  await act?.(page)
  await page.evaluate(async () => await new Promise(resolve => setTimeout(resolve, 300)))
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  await context.close()
  console.log(`docs/images/${name}.png`)
}

const busyData = madeOverview({ mirrors: 14, repositories: 5, now })
const crowdData = madeOverview({ mirrors: 1000, repositories: 100, now })
const emptyData = madeOverview({ mirrors: 0, repositories: 0, now })
const agentData = madeAgent(now)
const freshData = freshAgent(now)
const busy = await startMadeOrigin(() => busyData)
const failing = await startMadeOrigin(() => busyData)
const crowd = await startMadeOrigin(() => crowdData)
const empty = await startMadeOrigin(() => emptyData)
const agent = await startMadeAgent(agentData.status, agentData.activity)
const fresh = await startMadeAgent(freshData.status, freshData.activity)
const late = busyData.mirrors.find(mirror => mirror.behind.length > 0 && !mirror.isSilent)?.id ?? ''
const fail = async (page: Page): Promise<void> => {
  failing.fail()
  // The next look comes when the events are quiet for a while.
  await page.clock.resume()
  await page.getByRole('alert').waitFor()
}

const pictures: readonly Picture[] = [
  { name: 'dashboard', url: busy.url },
  { name: 'dashboard-dark', url: busy.url, scheme: 'dark' },
  { name: 'dashboard-phone', url: busy.url, size: 'phone' },
  { name: 'dashboard-phone-dark', url: busy.url, size: 'phone', scheme: 'dark' },
  { name: 'dashboard-many', url: crowd.url, size: 'wide' },
  { name: 'dashboard-empty', url: empty.url },
  { name: 'dashboard-error', url: failing.url, act: fail },
  { name: 'repository', url: `${busy.url}/#/repositories/debian-security` },
  { name: 'repository-phone-dark', url: `${busy.url}/#/repositories/debian-security`, size: 'phone', scheme: 'dark' },
  { name: 'mirror', url: `${busy.url}/#/mirrors/${late}` },
  { name: 'mirror-phone-dark', url: `${busy.url}/#/mirrors/${late}`, size: 'phone', scheme: 'dark' },
  { name: 'swarm', url: `${busy.url}/#/swarms/${madeInfoHash(0)}` },
  { name: 'swarm-phone', url: `${busy.url}/#/swarms/${madeInfoHash(0)}`, size: 'phone' },
  { name: 'swarm-dark', url: `${busy.url}/#/swarms/${madeInfoHash(0)}`, scheme: 'dark' },
  { name: 'agent', url: agent.url },
  { name: 'agent-phone', url: agent.url, size: 'phone' },
  { name: 'agent-empty-dark', url: fresh.url, scheme: 'dark' },
]

await mkdir(folder, { recursive: true })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  for (const picture of pictures) if (picture.name.startsWith(process.argv[2] ?? '')) await take(browser, picture)
} finally {
  await browser.close()
  for (const server of [busy, failing, crowd, empty, agent, fresh]) await server.close()
}
