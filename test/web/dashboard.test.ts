import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPage } from '../lab/browser.ts'
import { startAgent, startOrigin } from '../lab/deployment.ts'
import { openLab, plainTree, serveDirectory, yumRepository } from '../lab/index.ts'

test('the dashboard shows what is published and who serves it, as it happens', async () => {
  await using lab = openLab('dashboard')
  const origin = await startOrigin(lab)
  const { page, troubles } = await openPage(lab)
  await page.goto(origin.url)
  await page.getByText('Nothing is published yet').waitFor()
  await page.getByText('No mirror has reported yet').waitFor()
  await page.getByRole('status').getByText('live').waitFor()

  const tree = lab.newDirectory('tree')
  await plainTree(tree, { seed: 1, files: 30, directories: 3, bytes: 2000 })
  await origin.publish('things', tree)
  const row = page.locator('table.repositories').getByRole('row', { name: 'things' })
  await row.getByText('first, 30 files').waitFor()
  await row.getByText('no mirror yet').waitFor()

  const agent = await startAgent(lab, { things: await origin.link('things') }, { name: 'mirror-one' })
  await agent.waitForSerial('things', 1)
  await row.getByText('1 of 1').waitFor()
  await page.locator('table.matrix').getByRole('row', { name: 'mirror-one' }).getByText('up to date').waitFor()

  const agentPage = await openPage(lab)
  await agentPage.page.goto(agent.url)
  const followed = agentPage.page.getByRole('row', { name: 'things' })
  await followed.getByText('up to date').waitFor()

  writeFileSync(join(tree, 'new file <b>'), 'new')
  await origin.publish('things', tree)
  await row.getByRole('cell', { name: '2', exact: true }).waitFor()
  await row.getByText('1 added').waitFor()

  await row.getByRole('link', { name: 'things' }).click()
  await page.getByRole('heading', { name: 'What serial 2 changed' }).waitFor()
  await page.getByText('new file <b>', { exact: true }).waitFor()
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByRole('heading', { name: 'Who gives to whom' }).waitFor()
  await followed.getByRole('cell', { name: '2', exact: true }).first().waitFor()
  expect([...troubles, ...agentPage.troubles]).toEqual([])

  await origin.process.stop()
  await page.getByText('no answer').waitFor()
  await page.getByRole('alert').getByText('The server does not answer since').waitFor()
  await origin.restart()
  await page.getByRole('status').getByText('live').waitFor()
  await page.getByRole('alert').waitFor({ state: 'detached' })
})

test('the dashboard shows which packages a snapshot changed, and public mirrors that are not fresh', async () => {
  await using lab = openLab('dashboard-packages')
  const repository = await yumRepository(lab)
  const served = lab.newDirectory('served')
  const mirror = await serveDirectory(lab, served)
  const copy = () => cpSync(repository.directory, join(served, 'yum'), { recursive: true, preserveTimestamps: true })
  copy()
  const settings = { 'mirror-lists': { mirrors: [{ url: mirror.url }], 'probe-interval': '1s' } }
  const origin = await startOrigin(lab, { settings })
  await origin.publish('yum', repository.directory)
  const { page, troubles } = await openPage(lab)
  await page.goto(origin.url)
  await page.getByText('1 of 1 fresh').waitFor()
  const { upgraded, removed } = await repository.update()
  await origin.publish('yum', repository.directory)
  const row = page.locator('table.public-mirrors').getByRole('row', { name: '/yum/' })
  await row.getByRole('cell', { name: 'previous', exact: true }).waitFor()
  await row.getByText('it is as in the snapshot before').waitFor()

  await row.getByRole('link', { name: 'yum', exact: true }).click()
  await page.getByRole('heading', { name: 'Packages that it changed' }).waitFor()
  const packages = page.locator('.packages')
  await packages.getByText(`${upgraded.from}-1 → ${upgraded.to}-1`).waitFor()
  await packages.locator('.removed').getByText(removed).waitFor()
  rmSync(join(served, 'yum'), { recursive: true })
  copy()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByText('1 of 1 fresh').waitFor()
  expect(troubles).toEqual([])
})

test('the dashboard comes with a strict policy, and what has a hash in its name is kept', async () => {
  await using lab = openLab('dashboard-headers')
  const { url } = await startOrigin(lab)
  const page = await fetch(url)
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  )
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  const html = await page.text()
  const assets = [...html.matchAll(/(?:src|href)="\.\/(_assets\/[^"]+)"/g)].map(match => match[1])
  expect(assets.length).toBeGreaterThanOrEqual(3)
  for (const path of assets) {
    const asset = await fetch(`${url}/${path}`)
    expect(asset.headers.get('cache-control')).toBe('max-age=31536000, immutable')
  }
  for (const path of ['_assets/nothing.js', '_assets/..%2findex.html', '_assets/%2e%2e/%2e%2e/package.json'])
    expect((await fetch(`${url}/${path}`)).status).toBe(404)
})
