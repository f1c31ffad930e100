import { expect, test } from 'vitest'
import { frame, LiveView } from './live-view.ts'

test('a frame never is wider or higher than the screen', () => {
  const picture = frame(['0123456789', 'ä🐢bcdef', 'c', 'd'], { columns: 4, rows: 4 })
  expect(picture.split('\n')).toEqual(['\u001b[H0123\u001b[K', 'ä🐢bc\u001b[K', 'c\u001b[K', '\u001b[J'])
})

test('the screen is entered once and given back, with the last lines', () => {
  const out: string[] = []
  const view = new LiveView({ columns: 80, rows: 24, write: text => void out.push(text) })
  view.stop()
  expect(out).toEqual([])
  view.show(['one'])
  view.show(['two'])
  view.stop()
  view.stop()
  expect(out.join('').match(/\[\?1049h/g)).toHaveLength(1)
  expect(out.at(-1)).toBe('\u001b[?25h\u001b[?1049ltwo\n')
})
