/// <reference lib="dom" />
import { createRequire } from 'node:module'
import type { OverviewDocument } from '@repocast/api'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { freshAgent, madeAgent } from '../../scripts/screenshots/made/agent.ts'
import { madeOverview } from '../../scripts/screenshots/made/overview.ts'
import { type MadeOrigin, startMadeAgent, startMadeOrigin } from '../../scripts/screenshots/made/server.ts'
import { openPage } from '../lab/browser.ts'
import { type Lab, openLab } from '../lab/index.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const now = new Date()
const few = madeOverview({ mirrors: 14, repositories: 5, now })
const many = madeOverview({ mirrors: 1000, repositories: 100, now })
const none = madeOverview({ mirrors: 0, repositories: 0, now })
const phone = { viewport: { width: 360, height: 740 } }

async function madeOrigin(lab: Lab, overview: OverviewDocument): Promise<MadeOrigin> {
  const origin = await startMadeOrigin(() => overview)
  lab.onClose(async () => await origin.close())
  return origin
}

interface AxeFindings {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly target: readonly string[] }[]
  }[]
}

/** What axe finds wrong, by rule and place. */
async function accessibilityTroubles(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(
    async () => await (globalThis as unknown as { axe: { run(): Promise<AxeFindings> } }).axe.run(),
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

const settled = async (page: Page) => {
  await page.locator('main h1').waitFor()
  await page.getByText('Loading …').waitFor({ state: 'detached' })
}

test('1,000 mirrors by 100 repositories can be scrolled, searched and read, and few rows are drawn', async () => {
  await using lab = openLab('many')
  const { url } = await madeOrigin(lab, many)
  const { page, troubles } = await openPage(lab)
  await page.goto(url)
  const matrix = page.locator('table.matrix')
  await matrix.waitFor()
  expect(await matrix.getAttribute('aria-rowcount')).toBe('1001')
  expect(await matrix.locator('tbody tr').count()).toBeLessThan(60)
  expect(await matrix.locator('thead th').count()).toBe(102)

  const box = page.locator('section.tall:has(table.matrix)')
  await box.evaluate(element => element.scrollTo(0, element.scrollHeight))
  await matrix.locator('tr[aria-rowindex="1001"]').waitFor()
  expect(await matrix.locator('tbody tr').count()).toBeLessThan(60)

  await page.getByRole('searchbox').fill('syd53')
  await matrix.getByRole('row', { name: 'syd53.mirror.example.org' }).waitFor()
  await page.getByText('1 mirror', { exact: true }).waitFor()
  expect(troubles).toEqual([])
})

describe('nothing jumps and nothing is wider than the window at 360 pixels', () => {
  test.each([
    ['few', few],
    ['many', many],
    ['none', none],
  ])('%s', async (_, overview) => {
    await using lab = openLab('phone')
    const { url } = await madeOrigin(lab, overview)
    const { page, troubles } = await openPage(lab, phone)
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(globalThis, { shifts })
      new PerformanceObserver(list => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
      }).observe({ type: 'layout-shift' as 'measure', buffered: true })
    })
    await page.goto(url)
    await settled(page)
    await page.locator('.chart canvas').waitFor()
    await page.waitForLoadState('networkidle').catch(() => {})
    const measured = await page.evaluate(() => ({
      shift: (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0),
      width: document.documentElement.scrollWidth,
    }))
    expect(measured).toEqual({ shift: 0, width: 360 })
    expect(troubles).toEqual([])
  })
})

describe('everybody can use the pages: axe finds nothing', () => {
  const pages = [
    ['overview', ''],
    ['mirror', `#/mirrors/${few.mirrors[1]?.id}`],
    ['repository', `#/repositories/${few.repositories[3]?.name}`],
    ['swarm', `#/swarms/${'1'.repeat(40)}`],
  ] as const
  test.each(pages.flatMap(([name, path]) => (['light', 'dark'] as const).map(scheme => [name, scheme, path] as const)))(
    '%s, %s',
    async (_, colorScheme, path) => {
      await using lab = openLab('axe')
      const { url } = await madeOrigin(lab, few)
      const { page, troubles } = await openPage(lab, { colorScheme, bypassCSP: true })
      await page.goto(`${url}/${path}`)
      await settled(page)
      await page.addScriptTag({ path: axe })
      expect(await accessibilityTroubles(page)).toEqual([])
      expect(troubles).toEqual([])
    },
  )

  test.each([
    ['many', many],
    ['none', none],
  ])('%s', async (_, overview) => {
    await using lab = openLab('axe')
    const { url } = await madeOrigin(lab, overview)
    const { page } = await openPage(lab, { bypassCSP: true })
    await page.goto(url)
    await settled(page)
    await page.addScriptTag({ path: axe })
    expect(await accessibilityTroubles(page)).toEqual([])
  })
})

describe("an agent's page fits a phone, and axe finds nothing", () => {
  test.each([
    ['busy', 'light', madeAgent(now)],
    ['busy', 'dark', madeAgent(now)],
    ['fresh', 'light', freshAgent(now)],
  ] as const)('%s, %s', async (_, colorScheme, { status, activity }) => {
    await using lab = openLab('agent-page')
    const { url, close } = await startMadeAgent(status, activity)
    lab.onClose(close)
    const { page, troubles } = await openPage(lab, { ...phone, colorScheme, bypassCSP: true })
    await page.goto(url)
    await settled(page)
    await page.addScriptTag({ path: axe })
    expect(await accessibilityTroubles(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    expect(troubles).toEqual([])
  })
})

test('by keyboard one gets to the content, into what scrolls, and to the page of a mirror', async () => {
  await using lab = openLab('keyboard')
  const { url } = await madeOrigin(lab, few)
  const { page } = await openPage(lab)
  await page.goto(url)
  await settled(page)
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Skip to the content')
  const name = few.mirrors[2]?.name ?? ''
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await page.evaluate(() => document.activeElement?.textContent)) === name) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name, level: 1 }).waitFor()
})
