import { useEffect, useState } from 'preact/hooks'

/** The time in milliseconds since 1970, new every few seconds: for words such as "3 min ago". */
export function useNow(everySeconds = 5): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everySeconds * 1000)
    return () => clearInterval(timer)
  }, [everySeconds])
  return now
}
