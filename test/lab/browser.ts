import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Lab } from './lab.ts'

/** A page of a real Chromium, and what went wrong in it. */
export interface LabPage {
  readonly page: Page
  /** Errors of the console, exceptions, and requests that failed or left the site. */
  readonly troubles: readonly string[]
}

/** Opens a page of Debian's Chromium; the lab closes it. */
export async function openPage(lab: Lab, options: BrowserContextOptions = {}): Promise<LabPage> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  lab.onClose(async () => await browser.close())
  const page = await (await browser.newContext(options)).newPage()
  const troubles: string[] = []
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => troubles.push(`exception: ${error.message}`))
  page.on('request', request => {
    if (new URL(request.url()).host !== new URL(page.url()).host && page.url() !== 'about:blank')
      troubles.push(`request to elsewhere: ${request.url()}`)
  })
  return { page, troubles }
}
