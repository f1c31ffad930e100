import { expect, test } from 'vitest'
import { pageFacts, pageLink, pageTable, renderPlainPage } from './plain-page.ts'

const hostile = `"><script>alert('1')</script>&`

test('whatever is written into a page stays text', () => {
  const columns = [{ title: hostile }, { title: 'b' }]
  const body =
    pageTable(columns, [[hostile, pageLink(hostile, hostile)]], '') +
    pageTable(columns, [], hostile) +
    pageFacts([[hostile, hostile]])
  const page = renderPlainPage({ title: hostile, body })
  expect(page).not.toMatch(/<script|alert\('/)
  expect(page.match(/&quot;&gt;&lt;script&gt;alert\(&#39;1&#39;\)&lt;\/script&gt;&amp;/g)).toHaveLength(9)
})

test('numbers stand on the right, and an empty table is a sentence', () => {
  const columns = [{ title: 'Name' }, { title: 'Size', isNumber: true }]
  const page = pageTable(columns, [['a', 1]], 'none')
  expect(page).toContain('<th scope="col">Name</th><th scope="col" class="number">Size</th>')
  expect(page).toContain('<tr><td>a</td><td class="number">1</td></tr>')
  expect(pageTable(columns, [], 'There are none.')).toBe('<p>There are none.</p>\n')
})
