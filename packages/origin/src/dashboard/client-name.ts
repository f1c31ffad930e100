/** Programs by the two letters with which their peer ids begin (BEP 20). */
const programs: Readonly<Record<string, string>> = {
  AZ: 'Vuze',
  A2: 'aria2',
  BI: 'BiglyBT',
  DE: 'Deluge',
  FD: 'Free Download Manager',
  KT: 'KTorrent',
  LT: 'libtorrent',
  lt: 'rTorrent',
  qB: 'qBittorrent',
  TR: 'Transmission',
  UT: 'µTorrent',
  WW: 'WebTorrent',
}

/** What a peer seems to run, by its id (40 hexadecimal digits). Nothing else of it is told. */
export function clientName(peerId: string): string {
  const text = Buffer.from(peerId, 'hex').toString('latin1')
  const azureus = /^-([A-Za-z][A-Za-z0-9])[0-9A-Za-z.]{4}-/.exec(text)?.[1]
  if (azureus !== undefined && programs[azureus] !== undefined) return programs[azureus]
  return text.startsWith('A2-') ? 'aria2' : 'BitTorrent client'
}
