/**
 * A URL with a path whose escapes can be decoded as UTF-8: runs that cannot stand for themselves, so that a router
 * finds nothing under them, rather than no answer at all. Fastify keeps what the client sent as `originalUrl`. A query
 * stays as it is: info-hashes in announces are bytes. Pure.
 */
export function decodableUrl(url: string): string {
  const end = url.indexOf('?')
  const path = end === -1 ? url : url.slice(0, end)
  if (!path.includes('%')) return url
  return path.replace(/(?:%[0-9a-fA-F]{2})+|%/g, decodable) + url.slice(path.length)
}

function decodable(run: string): string {
  try {
    decodeURIComponent(run)
    return run
  } catch {
    return run.replaceAll('%', '%25')
  }
}
