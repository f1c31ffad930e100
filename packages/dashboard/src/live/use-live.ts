import { useEffect, useState } from 'preact/hooks'
import { type Live, LiveDocument, type LiveSource } from './live-document.ts'

/** A document of the server that stays as new as it can be while the component is there. */
export function useLive<T>({ url, events, everyMilliseconds }: LiveSource): Live<T> {
  const [live, setLive] = useState<Live<T>>({ document: undefined, received: 0, problem: undefined, isLive: false })
  const eventsUrl = events?.url
  const names = events?.names.join(' ') ?? ''
  useEffect(() => {
    const source = {
      url,
      ...(eventsUrl !== undefined && { events: { url: eventsUrl, names: names.split(' ') } }),
      ...(everyMilliseconds !== undefined && { everyMilliseconds }),
    }
    const document = new LiveDocument<T>(source, setLive)
    return () => document.close()
  }, [url, eventsUrl, names, everyMilliseconds])
  return live
}
