import { useEffect, useState } from 'preact/hooks'

/** What follows `#/` in the address, in parts: the page within the page. */
export function useHash(): readonly string[] {
  const [parts, setParts] = useState(partsOfHash)
  useEffect(() => {
    const onChange = (): void => setParts(partsOfHash())
    window.addEventListener('hashchange', onChange)
    return () => window.removeEventListener('hashchange', onChange)
  }, [])
  return parts
}

function partsOfHash(): readonly string[] {
  return location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter(part => part !== '')
    .map(decode)
}

/** Somebody may have typed it. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The address of a page within the page. */
export function hashOf(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`
}
