import { parseConfiguration } from '@repocast/daemon'
import { parseRepositoryName } from '@repocast/objects'
import { expect, test } from 'vitest'
import { OriginConfiguration } from '../configuration.ts'
import { networksOf } from '../networks.ts'
import { torrentSettings } from './torrent-settings.ts'

const parse = (text: string) =>
  parseConfiguration(OriginConfiguration, `url: http://origin.example.org:8080\n${text}`, 'origin.yaml')
const own = 'http://origin.example.org:8080/announce'

test('further trackers stand behind the bundled one, each once', () => {
  const trackers = ['https://tracker.example.net/announce', own, 'udp://tracker.example.net:80']
  const configuration = parse(`tracker: {udp-port: 8081}\ntrackers: ${JSON.stringify(trackers)}`)
  expect(torrentSettings(configuration, parseRepositoryName('debian')).announce).toEqual([
    own,
    'udp://origin.example.org:8081',
    'https://tracker.example.net/announce',
    'udp://tracker.example.net:80',
  ])
})

test.each([
  ['', false, false],
  ['private: true', true, true],
  ['repositories: {debian: {private: true}}', true, false],
  ['private: true\nrepositories: {debian: {private: false}}', false, true],
])('with %j packs of debian are private: %s, of others: %s', (text, ofDebian, ofOthers) => {
  const isPrivate = (name: string) => torrentSettings(parse(text), parseRepositoryName(name)).private
  expect([isPrivate('debian'), isPrivate('fedora')]).toEqual([ofDebian, ofOthers])
})

test.each([
  ['peer-allow: [x]', 'peer-allow'],
  ['peer-block: [10.0.0.0/99]', 'peer-block'],
  ['tracker: {trust-ip-from: [10.0.0/8]}', 'tracker.trust-ip-from'],
])('%s is told', (text, key) => {
  expect(() => networksOf(parse(text))).toThrow(`origin.yaml: ${key}: `)
})
