import type { ComponentChildren } from 'preact'
import type { Live } from '../live/live-document.ts'
import { clockText } from '../words/times.ts'
import './design.css'

/** A link at the bottom, to the same in another form. */
export type FootLink = readonly [url: string, text: string]

interface FrameProps {
  /** What stands beside the program's name: the origin's address, or the name of the mirror. */
  readonly subject: string | undefined
  readonly live: Live<unknown>
  readonly links: readonly FootLink[]
  readonly children: ComponentChildren
}

/** What every page has: head line, state of the connection, main part. */
export function Frame({ subject, live, links, children }: FrameProps) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="head">
        <a class="brand" href="#/">
          repocast
        </a>
        <span class="subject">{subject ?? ' '}</span>
        <Connection live={live} />
      </header>
      <main id="main" tabIndex={-1}>
        {live.problem && live.document !== undefined && <Stale live={live} />}
        {children}
      </main>
      <footer class="foot">
        {links.map(([url, text]) => (
          <a key={url} href={url}>
            {text}
          </a>
        ))}
      </footer>
    </>
  )
}

function Connection({ live }: { readonly live: Live<unknown> }) {
  const [word, kind] =
    live.problem !== undefined
      ? ['no answer', 'bad']
      : live.document === undefined
        ? ['loading', 'idle']
        : live.isLive
          ? ['live', 'good']
          : ['polling', 'idle']
  return (
    <span class={`connection ${kind}`} role="status">
      {word}
    </span>
  )
}

function Stale({ live }: { readonly live: Live<unknown> }) {
  return (
    <p class="notice bad" role="alert">
      <strong>The server does not answer since {clockText(live.problem?.since ?? 0)}</strong> ({live.problem?.message}).
      What stands here is of {clockText(live.received)}. It is asked again every few seconds.
    </p>
  )
}

/** Instead of content that is not there: why, and what to do. */
export function Absent({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="absent">
      <p class="absent-title">{title}</p>
      {children}
    </div>
  )
}

/** Instead of a document that has not come: loading, or why not. */
export function Waiting({ live }: { readonly live: Live<unknown> }) {
  if (live.problem === undefined) return <div class="absent quiet">Loading …</div>
  return (
    <Absent title="The server does not answer">
      <p>{live.problem.message}</p>
      <p>It is asked again every few seconds, since {clockText(live.problem.since)}.</p>
    </Absent>
  )
}
