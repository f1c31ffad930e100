import { RepocastError } from '@repocast/errors'

/** The serial that somebody has typed. @throws RepocastError REPOCAST_SERIAL_MALFORMED */
export function parseSerial(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new RepocastError('REPOCAST_SERIAL_MALFORMED', {
    message: `${JSON.stringify(text.slice(0, 80))} is not a serial`,
    hint: 'use a number from 1 on, as `repocast origin log REPOSITORY` lists them',
  })
}
